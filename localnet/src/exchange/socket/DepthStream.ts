import type { Exchange } from '../Exchange.ts';
import { depth, type DepthView } from '../MarketView.ts';
import type { Contract } from '../Venue.ts';
import type { MarketStream } from './MarketStream.ts';

/** Levels that a difference is taken over: as many as the largest snapshot shows. */
const WHOLE_BOOK = 1_000;

type Level = readonly [price: string, quantity: string];

/**
 * Differences of the book from step to step. The ids of an event run from just after the last event's to the market
 * time; a snapshot taken in between carries the first of them, as one taken from a moving book does. So both rules of
 * the venue hold for the first event after a snapshot: `U <= lastUpdateId <= u`, and later `pu` is the last `u`.
 */
export class DepthStream implements MarketStream {
  private readonly exchange: Exchange;
  private readonly contract: Contract;
  private shown: DepthView;

  constructor(exchange: Exchange, contract: Contract) {
    this.exchange = exchange;
    this.contract = contract;
    this.shown = this.read();
  }

  /** A difference needs something to differ from: the snapshot shows the present. */
  present(): unknown[] {
    return [];
  }

  next(): unknown[] {
    const before = this.shown;
    const after = this.read();
    if (after.lastUpdateId <= before.lastUpdateId) return [];
    this.shown = after;
    const bids = differences(before.bids, after.bids);
    const asks = differences(before.asks, after.asks);
    return [
      {
        e: 'depthUpdate',
        E: after.E,
        T: after.T,
        s: this.contract.rules.symbol,
        ps: this.contract.rules.symbol,
        U: before.lastUpdateId,
        u: after.lastUpdateId - 1,
        pu: before.lastUpdateId - 1,
        b: bids,
        a: asks,
        st: 1,
      },
    ];
  }

  private read(): DepthView {
    return depth(this.exchange.venue, this.contract, WHOLE_BOOK);
  }
}

/** The best levels, whole, at every step. */
export function partialDepth(exchange: Exchange, contract: Contract, levels: number): MarketStream {
  let lastId = depth(exchange.venue, contract, levels).lastUpdateId;
  const read = (): unknown[] => {
    const { lastUpdateId, E, T, bids, asks } = depth(exchange.venue, contract, levels);
    const pu = lastId - 1;
    lastId = lastUpdateId;
    const { symbol } = contract.rules;
    return [
      {
        e: 'depthUpdate',
        E,
        T,
        s: symbol,
        ps: symbol,
        U: pu + 1,
        u: lastUpdateId - 1,
        pu,
        b: bids,
        a: asks,
        st: 1,
      },
    ];
  };
  return { present: read, next: read };
}

/** Levels that changed, with their new quantity; those that are gone with 0. */
function differences(before: readonly Level[], after: readonly Level[]): Level[] {
  const old = new Map(before);
  const changed = after.filter(([price, quantity]) => old.get(price) !== quantity);
  const present = new Set(after.map(([price]) => price));
  const gone = before.filter(([price]) => !present.has(price)).map(([price]): Level => [price, '0']);
  return [...changed, ...gone];
}
