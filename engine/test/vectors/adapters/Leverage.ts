import { capBollinger, capFirstPassage, capTier } from '../../../src/model/Leverage.ts';
import { kappaOf, touchProbability } from '../../../src/model/FirstPassage.ts';
import { barrierZ } from '../../../src/model/Fan.ts';
import { liquidationDistance, liquidationPrice } from '../../../src/model/Liquidation.ts';
import type { MarginTier } from '../../../src/model/MarginTiers.ts';
import { fixed, near, same } from '../Check.ts';
import { tiersOf } from '../Vector.ts';
import type { Adapter, VectorTier } from '../Vector.ts';

type Vector = {
  tiers: VectorTier[];
  firstPassage: {
    side: number;
    mmr: number;
    fClose: number;
    cEntry: number;
    sigDaily: number;
    H: number;
    p: number;
    nu: number;
    s: number;
    kappa: number;
    L: number;
    Lstep: number;
  }[];
  article15pct: {
    mmr: number;
    L: number;
    dropToLiqLong: number;
    riseToLiqShort: number;
    survives15Long: boolean;
    survives15Short: boolean;
  }[];
  bollinger: { bw: number; bwRef: number; Lref: number; L: number }[];
  firstPassageTiered: {
    side: number;
    N: number;
    sigDaily: number;
    H: number;
    s: number;
    p: number;
    kappa: number;
    fee: number;
    cEntry: number;
    Lfp: number;
    tierMax: number;
    Lhard: number;
    Lstep: number;
    /** Absent where no whole leverage is allowed. */
    liqAtStep?: number;
    touchAtStep?: number;
  }[];
};

const ROOT_24 = Math.sqrt(24);
const SWING = 0.15;

/** The file does not say at which price its positions were entered: its liquidation prices are multiples of it. */
function entryOf(vector: Vector, tiers: readonly MarginTier[]): number {
  const stated = vector.firstPassageTiered.find(({ liqAtStep }) => liqAtStep !== undefined);
  if (stated?.liqAtStep === undefined) return 1;
  const price = stated.liqAtStep / liquidationAt(1, stated, tiers);
  const rounded = Math.round(price * 1e8) / 1e8;
  return Math.abs(price / rounded - 1) < 1e-12 ? rounded : price;
}

/** Deviation over the horizon. */
function deviationOver({ sigDaily, H }: { readonly sigDaily: number; readonly H: number }): number {
  return (sigDaily / ROOT_24) * Math.sqrt(H);
}

type Case = Vector['firstPassageTiered'][number];

function liquidationAt(entry: number, c: Case, tiers: readonly MarginTier[]): number {
  const wallet = c.N / c.Lstep - c.cEntry * c.N;
  const qty = c.N / entry;
  return liquidationPrice({ side: c.side, qty, entry, wallet, upnlOther: 0, mmOther: 0, fee: c.fee }, tiers);
}

export const leverage: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('leverage.json');
    const tiers = tiersOf(vector.tiers);
    const entry = entryOf(vector, tiers);
    vector.firstPassage.forEach((c, i) => {
      const flat = [{ minNotional: 0, maxNotional: 1e9, mmr: c.mmr, maxLeverage: 25, cum: 0 }];
      const terms = { side: c.side, notional: 1000, feeClose: c.fClose, costEntry: c.cEntry };
      const kappa = kappaOf(c.p);
      // Of Student laws only the one of four degrees of freedom is the engine's.
      fixed(check, `firstPassage[${i}].nu`, c.nu, 4);
      near(check, `firstPassage[${i}].s`, c.s, deviationOver(c));
      near(check, `firstPassage[${i}].kappa`, c.kappa, kappa);
      const cap = capFirstPassage(terms, flat, c.sigDaily / ROOT_24, c.H, kappa);
      near(check, `firstPassage[${i}].L`, c.L, cap);
      same(check, `firstPassage[${i}].Lstep`, c.Lstep, Math.floor(cap));
    });
    vector.article15pct.forEach((c, i) => {
      const long = liquidationDistance(1, c.L, c.mmr);
      const short = liquidationDistance(-1, c.L, c.mmr);
      near(check, `article15pct[${i}].long`, c.dropToLiqLong, long);
      near(check, `article15pct[${i}].short`, c.riseToLiqShort, short);
      same(check, `article15pct[${i}].survivesLong`, c.survives15Long, long > SWING);
      same(check, `article15pct[${i}].survivesShort`, c.survives15Short, short > SWING);
    });
    vector.bollinger.forEach((c, i) => {
      near(check, `bollinger[${i}]`, c.L, capBollinger(c.bw, c.bwRef, true, c.Lref));
    });
    vector.firstPassageTiered.forEach((c, i) => {
      const at = `firstPassageTiered[${i}]`;
      const terms = { side: c.side, notional: c.N, feeClose: c.fee, costEntry: c.cEntry };
      const sigma = c.sigDaily / ROOT_24;
      near(check, `${at}.s`, c.s, deviationOver(c));
      near(check, `${at}.kappa`, c.kappa, kappaOf(c.p));
      const cap = capFirstPassage(terms, tiers, sigma, c.H, c.kappa);
      near(check, `${at}.Lfp`, c.Lfp, cap);
      const offer = capTier(tiers, c.N);
      same(check, `${at}.tierMax`, c.tierMax, offer);
      const least = Math.floor(Math.min(cap, offer, c.Lhard));
      same(check, `${at}.Lstep`, c.Lstep, least);
      if (least < 1) {
        same(check, `${at}.liqAtStep`, 'absent', c.liqAtStep === undefined ? 'absent' : 'present');
        return;
      }
      const liq = liquidationAt(entry, c, tiers);
      near(check, `${at}.liqAtStep`, c.liqAtStep, liq);
      near(
        check,
        `${at}.touchAtStep`,
        c.touchAtStep,
        touchProbability(barrierZ(c.side, entry, liq, sigma, c.H)),
      );
    });
  },
};
