import { outOfDomain } from './EngineError.ts';
import {
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
  type Reader,
  type Writer,
} from './codec/Bytes.ts';
import { validateTiers, type MarginTier } from './model/MarginTiers.ts';

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
}

/** @throws EngineError when a field is outside its domain. */
export function assertInstrument(instrument: Instrument): void {
  if (!(instrument.tickNumerator >= 1)) {
    throw outOfDomain('instrument.tickNumerator', 'at least 1', instrument.tickNumerator);
  }
  if (!(instrument.tickDenominator >= 1)) {
    throw outOfDomain('instrument.tickDenominator', 'at least 1', instrument.tickDenominator);
  }
  if (!(instrument.quantityStep > 0)) {
    throw outOfDomain('instrument.quantityStep', 'above 0', instrument.quantityStep);
  }
  if (!(instrument.minNotionalUsdt >= 0)) {
    throw outOfDomain('instrument.minNotionalUsdt', 'at least 0', instrument.minNotionalUsdt);
  }
  if (!(instrument.takerFee >= 0 && instrument.takerFee < 0.01)) {
    throw outOfDomain('instrument.takerFee', 'a fraction in [0, 1 %)', instrument.takerFee);
  }
  validateTiers(instrument.tiers);
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
  const instrument: Instrument = {
    symbol,
    tickNumerator,
    tickDenominator,
    quantityStep,
    minNotionalUsdt,
    takerFee,
    tiers,
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
}
