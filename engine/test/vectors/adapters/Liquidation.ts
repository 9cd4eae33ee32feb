import {
  bankruptcyPrice,
  liquidationPrice,
  liquidationPriceEntryBased,
  liquidationPriceFlat,
} from '../../../src/model/Liquidation.ts';
import { deriveCum, maintenanceMargin } from '../../../src/model/MarginTiers.ts';
import { near, same } from '../Check.ts';
import { tiersOf } from '../Vector.ts';
import type { Adapter, VectorTier } from '../Vector.ts';

type Vector = {
  tiers: VectorTier[];
  binance: {
    side: number;
    qty: number;
    entry: number;
    wallet: number;
    upnlOther: number;
    mmOther: number;
    fee: number;
    liqPrice: number;
    tier: number;
    bankruptcy: number;
    distFrac: number;
    mmAtEntry: number;
  }[];
  bybitEntryBased: {
    side: number;
    entry: number;
    qty: number;
    lev: number;
    mmr: number;
    deduction: number;
    extra: number;
    liqPrice: number;
  }[];
  okx: {
    side: number;
    entry: number;
    qty: number;
    margin: number;
    mmr: number;
    fee: number;
    liqPrice: number;
  }[];
};

export const liquidation: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('liquidation.json');
    const tiers = tiersOf(vector.tiers);
    deriveCum(tiers).forEach((tier, k) => near(check, `cum[${k}]`, vector.tiers[k]?.cum, tier.cum));
    vector.binance.forEach((c, i) => {
      const liq = liquidationPrice(c, tiers);
      near(check, `binance[${i}].liqPrice`, c.liqPrice, liq);
      near(check, `binance[${i}].bankruptcy`, c.bankruptcy, bankruptcyPrice(c));
      near(check, `binance[${i}].distFrac`, c.distFrac, (c.side * (c.entry - liq)) / c.entry);
      near(check, `binance[${i}].mmAtEntry`, c.mmAtEntry, maintenanceMargin(tiers, c.qty * c.entry));
      let tier = 0;
      tiers.forEach((t, k) => {
        if (c.qty * liq > t.minNotional) tier = k;
      });
      same(check, `binance[${i}].tier`, c.tier, tier);
    });
    vector.bybitEntryBased.forEach((c, i) => {
      near(check, `bybit[${i}]`, c.liqPrice, liquidationPriceEntryBased({ ...c, leverage: c.lev }));
    });
    vector.okx.forEach((c, i) => {
      near(
        check,
        `okx[${i}]`,
        c.liqPrice,
        liquidationPriceFlat(c.side, c.qty, c.entry, c.margin, c.mmr, c.fee),
      );
    });
  },
};
