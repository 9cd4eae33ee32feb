import {
  PRIOR_HALF,
  WIN_RATE_MAX,
  believedWinRate,
  kelly,
  portfolioVariance,
  sizePortfolio,
  sizeRisk,
} from '../../../src/model/Size.ts';
import { ladderOf, maxQuantity, squareRootSlip, walkBook } from '../../../src/model/Book.ts';
import { fixed, near, same } from '../Check.ts';
import type { Adapter } from '../Vector.ts';

type Sizing = {
  riskBudget: {
    equity: number;
    risk: number;
    stopFrac: number;
    feesRT: number;
    slipExit: number;
    N: number;
  }[];
  portfolio: {
    sigNew: number;
    side: number;
    others: { N: number; sig: number; rhoToNew: number }[];
    rho12: number;
    budget: number;
    Nmax: number;
    V0: number;
    C: number;
  }[];
  kelly: { wins: number; n: number; payoff: number; pHat: number; kelly: number; quarterKelly: number }[];
};

/** Correlation matrix with one value off the diagonal, row by row. */
export function uniformCorrelations(n: number, rho: number): number[] {
  return Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : rho));
}

export const sizing: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Sizing>('sizing.json');
    vector.riskBudget.forEach((c, i) => {
      near(check, `riskBudget[${i}]`, c.N, sizeRisk(c.equity, c.risk, c.stopFrac, c.feesRT, c.slipExit));
    });
    vector.portfolio.forEach((c, i) => {
      const exposures = c.others.map((o) => o.N * o.sig);
      const toNew = c.others.map((o) => o.rhoToNew);
      const matrix = uniformCorrelations(exposures.length, c.rho12);
      near(check, `portfolio[${i}].V0`, c.V0, portfolioVariance(exposures, matrix));
      const along = c.side * toNew.reduce((sum, rho, j) => sum + rho * (exposures[j] as number), 0);
      near(check, `portfolio[${i}].C`, c.C, along);
      near(
        check,
        `portfolio[${i}].Nmax`,
        c.Nmax,
        sizePortfolio(c.side, c.sigNew, c.budget, exposures, matrix, toNew),
      );
    });
    vector.kelly.forEach((c, i) => {
      fixed(check, `kelly[${i}]`, c, { priorHalf: PRIOR_HALF, pCap: WIN_RATE_MAX });
      near(check, `kelly[${i}].pHat`, c.pHat, believedWinRate(c.wins, c.n));
      near(check, `kelly[${i}].kelly`, c.kelly, kelly(c.wins, c.n, c.payoff));
      near(check, `kelly[${i}].quarter`, c.quarterKelly, kelly(c.wins, c.n, c.payoff) / 4);
    });
  },
};

type Orderbook = {
  asks: [number, number][];
  bids: [number, number][];
  mid: number;
  walk: {
    side: number;
    qty: number;
    filled: number;
    vwap: number;
    worst: number;
    slip: number;
    complete: boolean;
  }[];
  maxQty: { side: number; sMax: number; qty: number }[];
  sqrtImpact: { Y: number; sigDaily: number; Q: number; V: number; impact: number }[];
};

export const orderbook: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Orderbook>('orderbook.json');
    const asks = vector.asks.flat();
    const bids = vector.bids.flat();
    vector.walk.forEach((c, i) => {
      const book = c.side > 0 ? asks : bids;
      const walk = walkBook(c.side, c.qty, ladderOf(book), vector.mid);
      near(check, `walk[${i}].filled`, c.filled, walk.filled);
      near(check, `walk[${i}].vwap`, c.vwap, walk.vwap);
      near(check, `walk[${i}].worst`, c.worst, walk.worst);
      near(check, `walk[${i}].slip`, c.slip, walk.slip);
      same(check, `walk[${i}].complete`, c.complete, walk.complete);
    });
    vector.maxQty.forEach((c, i) => {
      const book = c.side > 0 ? asks : bids;
      near(check, `maxQty[${i}]`, c.qty, maxQuantity(c.side, c.sMax, ladderOf(book), vector.mid, 1));
    });
    vector.sqrtImpact.forEach((c, i) => {
      near(check, `sqrtImpact[${i}]`, c.impact, squareRootSlip(c.sigDaily, c.Q, c.V, c.Y));
    });
  },
};
