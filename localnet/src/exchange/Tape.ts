import { formatE8, larger, multiplyDown } from '../market/E8.ts';
import type { Contract, Venue } from './Venue.ts';

/** A public trade: the price has moved here. */
export interface Print {
  readonly id: number;
  readonly priceE8: bigint;
  readonly quantityE8: bigint;
  readonly timeMs: number;
  /** Whether the taker sold. */
  readonly buyerIsMaker: boolean;
}

interface Track {
  readonly prints: Print[];
  lastId: number;
  barMs: number;
  volumeE8: bigint;
}

const KEPT = 1_000;

/**
 * Public trades made up from the path: one at each point of a bar, of the volume that the bar gained since the point
 * before (at least a step). A recording of bars knows no others.
 */
export class Tape {
  private readonly tracks = new Map<string, Track>();

  /** Takes in where the market stands now. */
  observe(venue: Venue): void {
    for (const contract of venue.contracts.values()) {
      if (contract.forming !== undefined) this.print(contract, venue.timeMs);
    }
  }

  /** The latest trades of a symbol, oldest first; at most the last thousand are kept. */
  prints(symbol: string): readonly Print[] {
    return this.tracks.get(symbol)?.prints ?? [];
  }

  private print({ rules, forming, lastE8 }: Contract, timeMs: number): void {
    if (forming === undefined) return;
    const track = this.trackOf(rules.symbol);
    const gainedE8 = forming.volumeE8 - (track.barMs === forming.timeMs ? track.volumeE8 : 0n);
    track.barMs = forming.timeMs;
    track.volumeE8 = forming.volumeE8;
    const before = track.prints.at(-1);
    if (before?.timeMs === timeMs) return;
    track.lastId += 1;
    track.prints.push({
      id: track.lastId,
      priceE8: lastE8,
      quantityE8: larger(rules.stepE8, gainedE8 - (gainedE8 % rules.stepE8)),
      timeMs,
      buyerIsMaker: before !== undefined && lastE8 < before.priceE8,
    });
    if (track.prints.length > 2 * KEPT) track.prints.splice(0, KEPT);
  }

  private trackOf(symbol: string): Track {
    const known = this.tracks.get(symbol);
    if (known !== undefined) return known;
    const track: Track = { prints: [], lastId: 0, barMs: -1, volumeE8: 0n };
    this.tracks.set(symbol, track);
    return track;
  }
}

/** A public trade as `GET /fapi/v1/aggTrades` shows it: each is its own aggregate. */
export function aggTradeView(print: Print): unknown {
  const quantity = formatE8(print.quantityE8);
  return {
    a: print.id,
    p: formatE8(print.priceE8),
    q: quantity,
    nq: quantity,
    f: print.id,
    l: print.id,
    T: print.timeMs,
    m: print.buyerIsMaker,
  };
}

/** A public trade as `GET /fapi/v1/trades` shows it. */
export function printView(print: Print): unknown {
  return {
    id: print.id,
    price: formatE8(print.priceE8),
    qty: formatE8(print.quantityE8),
    quoteQty: formatE8(multiplyDown(print.quantityE8, print.priceE8)),
    time: print.timeMs,
    isBuyerMaker: print.buyerIsMaker,
    isRPITrade: false,
  };
}
