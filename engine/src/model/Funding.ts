import { requirePositive } from '../EngineError.ts';
import { clamp01 } from '../math/Clamp.ts';
import { LAMBDA_3, LAMBDA_21, createEwma, ewmaStep, ewmaValue } from '../math/Ewma.ts';
import type { Ewma } from '../math/Ewma.ts';

/*
 * Funding: rates per settlement, positive when longs pay. The forecast decays from the next rate to the slow mean.
 * Receiving funding never raises size. Risk model, section 8.
 */
export type Funding = { fast: Ewma; slow: Ewma };

/** Share of the deviation from the mean that survives one settlement. */
export const FUNDING_PERSISTENCE = 0.8;
const HOURS_PER_DAY = 24;
/** Rate per 8 h assumed against us where the venue's prediction is missing. */
const ADVERSE_RATE_8H = 0.0001;

export function createFunding(): Funding {
  return { fast: createEwma(), slow: createEwma() };
}

/** Takes the rate of one settlement. */
export function fundingStep(funding: Funding, rate: number): void {
  ewmaStep(funding.fast, LAMBDA_3, rate);
  ewmaStep(funding.slow, LAMBDA_21, rate);
}

/** Mean over about 3 settlements. */
export function fundingFast(funding: Funding): number {
  return ewmaValue(funding.fast);
}

/** Mean over about 21 settlements (a week at 8 h): where the forecast goes. */
export function fundingSlow(funding: Funding): number {
  return ewmaValue(funding.slow);
}

/** fast - slow: against a side and rising if side * trend > 0. */
export function fundingTrend(funding: Funding): number {
  return ewmaValue(funding.fast) - ewmaValue(funding.slow);
}

/** Rate assumed for the next settlement where it is unknown: against the side, never less than the usual 0.01 %/8 h. */
export function adverseRate(side: number, slow: number, intervalHours: number): number {
  const usual = (ADVERSE_RATE_8H * intervalHours) / 8;
  const size = slow < 0 ? -slow : slow;
  return side * (size > usual ? size : usual);
}

/** Sum of the forecast rates of the next `count` settlements: rBar + phi^j (rNext - rBar), j from 0. */
export function forecastSum(rBar: number, rNext: number, phi: number, count: number): number {
  let sum = 0;
  let deviation = rNext - rBar;
  for (let j = 0; j < count; j++) {
    sum += rBar + deviation;
    deviation *= phi;
  }
  return sum;
}

/** Sum of forecast rates over 24 h. */
export function fundDay(rBar: number, rNext: number, phi: number, intervalHours: number): number {
  requirePositive('intervalHours', intervalHours);
  return forecastSum(rBar, rNext, phi, Math.floor(HOURS_PER_DAY / intervalHours));
}

/** Funding paid per day as a fraction of margin; negative when received. */
export function carryOfMargin(side: number, fundDayRate: number, leverage: number): number {
  return side * fundDayRate * leverage;
}

/** Funding paid per day in units of the stop distance; 0 when received. */
export function carryInR(side: number, fundDayRate: number, stopDistance: number): number {
  requirePositive('stopDistance', stopDistance);
  const paid = side * fundDayRate;
  return paid > 0 ? paid / stopDistance : 0;
}

/** F_FUNDING in [0.25, 1]: 1 up to `soft` of R per day, falling to 0.25 at `hard`. */
export function factorFunding(carry: number, soft: number, hard: number): number {
  return 1 - 0.75 * clamp01((carry - soft) / (hard - soft));
}

/** A hint for display: funding is received next and does not turn against the side. Never raises a size. */
export function isFavourable(side: number, rNext: number, trend: number): boolean {
  return side * rNext < 0 && side * trend <= 0;
}
