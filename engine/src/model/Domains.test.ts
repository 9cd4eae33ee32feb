import { describe, expect, test } from 'vitest';
import { refusal } from '../../test/Stage.ts';
import { INSTRUMENT } from '../../test/market.ts';
import { ladderOf, maxQuantity, squareRootNotional, squareRootSlip, walkBook } from './Book.ts';
import { fan, type FanMarket } from './Fan.ts';
import { carryInR, fundDay } from './Funding.ts';
import { lattice, type LatticeInputs, type LatticeLimits } from './Lattice.ts';
import { capFirstPassage, capStopBuffer } from './Leverage.ts';
import { maintenanceMargin, maxLeverageAt } from './MarginTiers.ts';
import { sizeMargin, sizeOpenInterest, sizePortfolio, sizeRisk, sizeVolatility } from './Size.ts';

const { tiers } = INSTRUMENT;
const BAD = [0, -1, Number.NaN, Infinity];
const BELOW = [-1, Number.NaN, Infinity];
const levels = ladderOf([10, 5]);
const terms = { side: 1, notional: 100, feeClose: 0.0005, costEntry: 0.0005 };
const position = { side: 1, qty: 1, entry: 10, wallet: 2, upnlOther: 0, mmOther: 0, fee: 0 };
const market: FanMarket = {
  mark: 10,
  sigmaSide: 0.01,
  sigmaHour: 0.01,
  rBar: 0,
  rNext: 0,
  phi: 0.8,
  intervalHours: 8,
  nextFundingHours: 1,
  borrowPerHour: 0,
};
const inputs: LatticeInputs = {
  side: 1,
  equity: 1_000,
  price: 10,
  notionalRequested: 500,
  held: false,
  sigmaHour: 0.01,
  sigmaSide: 0.01,
  kappa: 4,
  bandwidth: 0.1,
  bandwidthReference: 0.1,
  bandwidthReady: true,
  volatilityRank: 0.5,
  stopDistance: 0.02,
  fundDay: 0,
  factorLeadLag: 1,
  factorCluster: 1,
  openInterest: Infinity,
  notionalEntryBook: Infinity,
  notionalExitBook: Infinity,
  notionalPortfolio: Infinity,
  quarterKelly: Infinity,
};
const limits: LatticeLimits = {
  horizonHours: 8,
  leverageHard: 20,
  leverageUser: 20,
  leverageReference: 10,
  stopBuffer: 1.5,
  feeClose: 0.0005,
  costEntry: 0.0005,
  risk: 0.01,
  feesRoundTrip: 0.001,
  slipExit: 0.0008,
  volatilityTarget: 0.05,
  marginFraction: 0.25,
  openInterestFraction: 0.005,
  fundingSoft: 0.1,
  fundingHard: 0.5,
  marginBurnPerDay: 0.03,
  notionalUser: Infinity,
};

/** What a function refuses: its field, the values, and a call with one of them. */
const CASES: readonly (readonly [string, readonly number[], (value: number) => unknown])[] = [
  ['side', [0, 2], (side) => walkBook(side, 1, levels, 10)],
  ['qty', BAD, (qty) => walkBook(1, qty, levels, 10)],
  ['mid', BAD, (mid) => walkBook(1, 1, levels, mid)],
  ['side', [0, 2], (side) => maxQuantity(side, 0.01, levels, 10, 1)],
  ['maxSlip', BELOW, (slip) => maxQuantity(1, slip, levels, 10, 1)],
  ['mid', BAD, (mid) => maxQuantity(1, 0.01, levels, mid, 1)],
  ['quantity', BELOW, (quantity) => squareRootSlip(0.05, quantity, 1e6)],
  ['volumeDay', BAD, (volume) => squareRootSlip(0.05, 100, volume)],
  ['sigmaDay', BAD, (sigma) => squareRootNotional(sigma, 0.001, 1e6)],
  ['volumeDay', BELOW, (volume) => squareRootNotional(0.05, 0.001, volume)],
  ['mark', BAD, (mark) => fan(position, { ...market, mark }, tiers)],
  ['sigmaSide', BAD, (sigmaSide) => fan(position, { ...market, sigmaSide }, tiers)],
  ['intervalHours', BAD, (intervalHours) => fan(position, { ...market, intervalHours }, tiers)],
  ['nextFundingHours', BELOW, (nextFundingHours) => fan(position, { ...market, nextFundingHours }, tiers)],
  ['rBar', [Number.NaN], (rBar) => fan(position, { ...market, rBar }, tiers)],
  ['rNext', [Number.NaN], (rNext) => fan(position, { ...market, rNext }, tiers)],
  ['intervalHours', BAD, (hours) => fundDay(0, 0, 0.8, hours)],
  ['stopDistance', BAD, (distance) => carryInR(1, 0.001, distance)],
  ['side', [0], (side) => capFirstPassage({ ...terms, side }, tiers, 0.01, 8, 4)],
  ['notional', BAD, (notional) => capFirstPassage({ ...terms, notional }, tiers, 0.01, 8, 4)],
  ['sigmaSide', BELOW, (sigma) => capFirstPassage(terms, tiers, sigma, 8, 4)],
  ['horizonHours', BAD, (hours) => capFirstPassage(terms, tiers, 0.01, hours, 4)],
  ['kappa', BAD, (kappa) => capFirstPassage(terms, tiers, 0.01, 8, kappa)],
  ['stopDistance', BAD, (distance) => capStopBuffer(terms, tiers, distance, 1.5)],
  ['buffer', BAD, (buffer) => capStopBuffer(terms, tiers, 0.02, buffer)],
  ['notional', BELOW, (notional) => maxLeverageAt(tiers, notional)],
  ['equity', BAD, (equity) => sizeRisk(equity, 0.01, 0.02, 0.001, 0.0008)],
  ['risk', BELOW, (risk) => sizeRisk(1_000, risk, 0.02, 0.001, 0.0008)],
  ['stopDistance', BAD, (distance) => sizeRisk(1_000, 0.01, distance, 0.001, 0.0008)],
  ['equity', BAD, (equity) => sizeVolatility(equity, 0.05, 0.05)],
  ['sigmaDay', BAD, (sigma) => sizeVolatility(1_000, sigma, 0.05)],
  ['equity', BAD, (equity) => sizeMargin(equity, 5, 0.25)],
  ['openInterest', BELOW, (interest) => sizeOpenInterest(interest, 10, 0.005)],
  ['price', BAD, (price) => sizeOpenInterest(1e6, price, 0.005)],
  ['side', [0], (side) => sizePortfolio(side, 0.05, 100, [], [], [])],
  ['sigmaDay', BAD, (sigma) => sizePortfolio(1, sigma, 100, [], [], [])],
  ['budget', BAD, (budget) => sizePortfolio(1, 0.05, budget, [], [], [])],
  ['equity', BAD, (equity) => lattice({ ...inputs, equity }, limits, tiers)],
  ['price', BAD, (price) => lattice({ ...inputs, price, openInterest: 1e6 }, limits, tiers)],
  ['stopDistance', BAD, (stopDistance) => lattice({ ...inputs, stopDistance }, limits, tiers)],
];

describe('a formula asked about what cannot be', () => {
  test.each(CASES)('names %s (%j)', (field, values, call) => {
    for (const value of values) expect(refusal(() => call(value)).field).toBe(field);
  });

  test('has no margin without tiers', () => {
    expect(refusal(() => maintenanceMargin([], 100)).leaf).toBe('no-tiers');
    expect(maxLeverageAt(tiers, 1_600_001)).toBe(0);
  });

  test('lays out a fan of 25 horizons, and of no more', () => {
    const hours = Array.from({ length: 25 }, (_, i) => i + 1);
    expect(fan(position, market, tiers, hours).map((row) => row.hours)).toEqual(hours);
    expect(refusal(() => fan(position, market, tiers, [...hours, 26])).field).toBe('horizons');
  });

  test('fills nothing from an empty book, and stops where the last level ends', () => {
    const empty = ladderOf([]);
    expect(walkBook(1, 1, empty, 10)).toEqual({ filled: 0, vwap: 0, worst: 0, slip: 0, complete: false });
    expect(maxQuantity(1, 0.01, empty, 10, 1)).toBe(0);
    expect(maxQuantity(1, 0.5, levels, 10, 1)).toBe(5);
  });
});
