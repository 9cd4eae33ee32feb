import { requireAmount, requireMoneyOr0, requirePrice } from './Domain.ts';
import { outOfDomain } from './EngineError.ts';
import {
  finish,
  getE8,
  getF64,
  getText,
  getU16,
  getU32,
  getU64,
  getU8,
  putE8,
  putF64,
  putText,
  putU16,
  putU32,
  putU64,
  putU8,
  reader,
  writer,
  type Reader,
  type Writer,
} from './codec/Bytes.ts';
import { fnv1a } from './codec/Fnv.ts';
import { MAX_CROWD } from './model/CrowdMix.ts';
import { tiersUnder, type MarginRule } from './model/MarginRule.ts';
import { validateTiers, type MarginTier } from './model/MarginTiers.ts';
import type { TickGrid } from './model/Stops.ts';

/** One part of the crowd: its leverage (1–125) and its share. */
export interface CrowdShare {
  readonly leverage: number;
  readonly weight: number;
}

/**
 * The venue's rules for one perpetual: what the engine must round to and what its liquidation price depends on.
 * They change; a frame carries their hash, and the rules themselves whenever they differ from those last sent.
 */
export interface Instrument {
  readonly symbol: string;
  /** A price is n × tickNumerator / tickDenominator for an integer n. */
  readonly tickNumerator: number;
  readonly tickDenominator: number;
  /** Quantities are multiples of this many base units. */
  readonly quantityStep: number;
  readonly minNotionalUsdt: number;
  readonly takerFee: number;
  readonly tiers: readonly MarginTier[];
  /** The leverage of the venue's crowd, shares adding up to 1. Left out: the model's default mix. */
  readonly crowd?: readonly CrowdShare[];
  /** How the venue reckons margin. Left out: by tiers on the value at mark, without a fee in the trigger. */
  readonly margin?: MarginRule;
}

const CROWD_TOLERANCE = 1e-6;

function assertCrowd(crowd: readonly CrowdShare[]): void {
  if (crowd.length > MAX_CROWD) {
    throw outOfDomain('instrument.crowd', `at most ${String(MAX_CROWD)} shares`, crowd.length);
  }
  let sum = 0;
  for (let i = 0; i < crowd.length; i++) {
    const { leverage, weight } = crowd[i]!;
    if (!(leverage > 1 && leverage <= 125)) {
      throw outOfDomain('instrument.crowd.leverage', 'above 1 and at most 125', leverage);
    }
    if (!(weight >= 0 && weight <= 1)) throw outOfDomain('instrument.crowd.weight', 'from 0 to 1', weight);
    sum += weight;
  }
  if (crowd.length > 0 && !(sum > 1 - CROWD_TOLERANCE && sum < 1 + CROWD_TOLERANCE)) {
    throw outOfDomain('instrument.crowd', 'shares adding up to 1', sum);
  }
}

function requireWhole(field: string, value: number): void {
  if (!(value >= 1 && value < 4_294_967_296 && Math.floor(value) === value)) {
    throw outOfDomain(field, 'a whole number from 1 to 4294967295', value);
  }
}

function assertFee(field: string, fee: number): void {
  if (!(fee >= 0 && fee < 0.01)) throw outOfDomain(field, 'a fraction in [0, 1 %)', fee);
}

/** @throws EngineError when a field is outside its domain. */
export function assertInstrument(instrument: Instrument): void {
  requireWhole('instrument.tickNumerator', instrument.tickNumerator);
  requireWhole('instrument.tickDenominator', instrument.tickDenominator);
  requirePrice('instrument.tick', instrument.tickNumerator / instrument.tickDenominator);
  requireAmount('instrument.quantityStep', instrument.quantityStep);
  requireMoneyOr0('instrument.minNotionalUsdt', instrument.minNotionalUsdt);
  assertFee('instrument.takerFee', instrument.takerFee);
  if (instrument.margin !== undefined)
    assertFee('instrument.margin.triggerFee', instrument.margin.triggerFee);
  validateTiers(instrument.tiers, instrument.margin?.maintenance === 'flat');
  if (instrument.crowd !== undefined) assertCrowd(instrument.crowd);
}

/** The grid of its prices. */
export function gridOf(instrument: Instrument): TickGrid {
  return { numerator: instrument.tickNumerator, denominator: instrument.tickDenominator };
}

/** The fee in the trigger of `liquidationExchange`: the venue's own. */
export function exchangeFee({ margin }: Instrument): number {
  return margin === undefined ? 0 : margin.triggerFee;
}

/** The fee in the trigger of `liquidationEffective`, which all caps use: to leave at the market, or the venue's own. */
export function effectiveFee({ margin, takerFee }: Instrument): number {
  return margin === undefined || takerFee > margin.triggerFee ? takerFee : margin.triggerFee;
}

/** The tiers as the formulas must read them for a position of this notional at entry. See `tiersUnder`. */
export function tiersOf({ margin, tiers }: Instrument, notional: number): readonly MarginTier[] {
  return margin === undefined ? tiers : tiersUnder(margin, tiers, notional);
}

/** Of the byte that counts the crowd's shares: a margin rule follows them. */
const HAS_MARGIN = 128;
/** Bits of a margin rule. */
const IS_FLAT = 1;
const IS_OF_ENTRY = 2;

function getMargin(r: Reader): MarginRule {
  const bits = getU8(r, 'margin.bits');
  if (bits > IS_FLAT + IS_OF_ENTRY) throw outOfDomain('margin.bits', 'bits 0 and 1', bits);
  return {
    maintenance: (bits & IS_FLAT) === 0 ? 'tiered' : 'flat',
    basis: (bits & IS_OF_ENTRY) === 0 ? 'mark' : 'entry',
    triggerFee: getE8(r, 'margin.triggerFee'),
  };
}

function putMargin(w: Writer, { maintenance, basis, triggerFee }: MarginRule): void {
  putU8(w, (maintenance === 'flat' ? IS_FLAT : 0) + (basis === 'entry' ? IS_OF_ENTRY : 0));
  putE8(w, triggerFee, 'margin.triggerFee');
}

export function getInstrument(r: Reader): Instrument {
  const symbol = getText(r, 'instrument.symbol');
  const tickNumerator = getU32(r, 'instrument.tickNumerator');
  const tickDenominator = getU32(r, 'instrument.tickDenominator');
  const quantityStep = getE8(r, 'instrument.quantityStep');
  const minNotionalUsdt = getE8(r, 'instrument.minNotionalUsdt');
  const takerFee = getE8(r, 'instrument.takerFee');
  const count = getU8(r, 'instrument.tiers');
  const tiers: MarginTier[] = [];
  for (let i = 0; i < count; i++) {
    tiers.push({
      minNotional: getU64(r, 'tier.minNotional'),
      maxNotional: getU64(r, 'tier.maxNotional'),
      mmr: getE8(r, 'tier.mmr'),
      maxLeverage: getU16(r, 'tier.maxLeverage'),
      cum: getF64(r, 'tier.cum'),
    });
  }
  const crowd: CrowdShare[] = [];
  const crowdBits = getU8(r, 'instrument.crowd');
  const shares = crowdBits & ~HAS_MARGIN;
  for (let i = 0; i < shares; i++) {
    crowd.push({ leverage: getE8(r, 'crowd.leverage'), weight: getE8(r, 'crowd.weight') });
  }
  const margin = shares === crowdBits ? undefined : getMargin(r);
  const instrument: Instrument = {
    symbol,
    tickNumerator,
    tickDenominator,
    quantityStep,
    minNotionalUsdt,
    takerFee,
    tiers,
    ...(shares > 0 && { crowd }),
    ...(margin !== undefined && { margin }),
  };
  assertInstrument(instrument);
  return instrument;
}

export function putInstrument(w: Writer, instrument: Instrument): void {
  putText(w, instrument.symbol, 'instrument.symbol');
  putU32(w, instrument.tickNumerator);
  putU32(w, instrument.tickDenominator);
  putE8(w, instrument.quantityStep, 'instrument.quantityStep');
  putE8(w, instrument.minNotionalUsdt, 'instrument.minNotionalUsdt');
  putE8(w, instrument.takerFee, 'instrument.takerFee');
  putU8(w, instrument.tiers.length);
  for (let i = 0; i < instrument.tiers.length; i++) {
    const tier = instrument.tiers[i]!;
    putU64(w, tier.minNotional, 'tier.minNotional');
    putU64(w, tier.maxNotional, 'tier.maxNotional');
    putE8(w, tier.mmr, 'tier.mmr');
    putU16(w, Math.floor(tier.maxLeverage));
    putF64(w, tier.cum, 'tier.cum');
  }
  const crowd = instrument.crowd ?? [];
  const { margin } = instrument;
  putU8(w, margin === undefined ? crowd.length : crowd.length | HAS_MARGIN);
  for (let i = 0; i < crowd.length; i++) {
    putE8(w, crowd[i]!.leverage, 'crowd.leverage');
    putE8(w, crowd[i]!.weight, 'crowd.weight');
  }
  if (margin !== undefined) putMargin(w, margin);
}

/**
 * The rules as a frame carries them: rates to eight digits, leverage in whole turns, rounded down. Whoever decides on objects
 * must decide on these, or a frame would tell somebody else another story.
 */
export function carriedInstrument(instrument: Instrument): Instrument {
  assertInstrument(instrument);
  const w = writer(512);
  putInstrument(w, instrument);
  return getInstrument(reader(finish(w)));
}

/** Fingerprint by which an observation refers to the venue rules it assumes. */
export function instrumentHash(instrument: Instrument): number {
  const w = writer(512);
  putInstrument(w, instrument);
  return fnv1a(finish(w));
}
