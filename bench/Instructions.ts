import { BAR_MS, encodeHistory, encodeObservation, FLAT, NO_BOOK, type Position } from '../engine/src/index.ts';
import { createMarket, historyOf, lookOf } from '../canisters/risk/test/support/Market.ts';
import { EngineCanister, type Counted } from './engine-canister/EngineCanister.ts';

/*
 * What the engine costs in the canister, in instructions as the IC counts them: reading the frame, deciding and writing
 * the answer, without the shell around it. Medians over a made-up market, flat and held; open interest rises at most of
 * its bars, which is the dearer case for the crowd map.
 */
const WARM_UP = 600;
const BARS_PER_HOUR = 12;

export interface Instructions {
  /** Medians by kind of message: reading the frame, and all of it. */
  readonly messages: Readonly<Record<string, { readonly read: number; readonly total: number }>>;
  /** Medians by part, what it calls included, at a closed bar that is no hour's last: flat and held. */
  readonly parts: Readonly<Record<string, { readonly flat: number; readonly held: number }>>;
  readonly historyPerBar: { readonly read: number; readonly total: number };
  readonly snapshot: { readonly write: number; readonly read: number };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}

interface Sailed {
  readonly messages: ReadonlyMap<string, readonly Counted[]>;
  readonly history: Counted;
}

/** `bars` closed bars flat, then as many with a long held, and a tick after each. */
function sail(canister: EngineCanister, bars: number): Sailed {
  const market = createMarket(WARM_UP + 2 * bars, 1);
  const messages = new Map<string, Counted[]>();
  const note = (name: string, counted: Counted): void => {
    messages.set(name, [...(messages.get(name) ?? []), counted]);
  };
  const history = canister.run('history', encodeHistory(historyOf(market, WARM_UP)));
  const entry = market.bars[WARM_UP + bars]!;
  const long: Position = {
    side: 1,
    quantity: 300,
    entryPrice: entry.open,
    walletUsdt: (300 * entry.open) / 4,
    venueLiquidationPrice: 0,
    openedMs: entry.timeMs,
  };
  for (let i = 0; i < 2 * bars; i++) {
    const how = i < bars ? 'flat' : 'held';
    const account =
      i < bars ? { position: FLAT } : { position: long, restingStopPrice: entry.open * 0.95 };
    const index = WARM_UP + i;
    const isHour = (market.bars[index]!.timeMs / BAR_MS) % BARS_PER_HOUR === BARS_PER_HOUR - 1;
    const look = canister.run('observation', encodeObservation(lookOf(market, index, account)));
    note(`${how}, closed ${isHour ? 'hour' : 'bar'}`, look);
    const tick = { ...lookOf(market, index, { ...account, tick: true }), book: NO_BOOK };
    const counted = canister.run('observation', encodeObservation(tick));
    if (!counted.isRecord) note(`${how}, tick`, counted);
  }
  return { messages, history };
}

/** Builds both canisters where they have changed and counts. A few seconds. */
export async function countInstructions(bars = 24): Promise<Instructions> {
  const plain = await EngineCanister.create('engine-bench');
  const { messages, history } = sail(plain, bars);
  // The first snapshot works its layout out.
  plain.run('snapshot');
  const snapshot = plain.run('snapshot');
  const profiled = sail(await EngineCanister.create('engine-profile'), Math.ceil(bars / 3));
  const partOf = (name: string, how: string): number =>
    median(
      (profiled.messages.get(`${how}, closed bar`) ?? []).map(({ profile }) => profile.get(name)?.all ?? 0),
    );
  const names = [...(profiled.history.profile.keys())];
  return {
    messages: Object.fromEntries(
      [...messages].map(([name, counted]) => [
        name,
        {
          read: median(counted.map(({ read }) => read)),
          total: median(counted.map(({ read, work, write }) => read + work + write)),
        },
      ]),
    ),
    parts: Object.fromEntries(
      names.map((name) => [name, { flat: partOf(name, 'flat'), held: partOf(name, 'held') }]),
    ),
    historyPerBar: {
      read: Math.round(history.read / WARM_UP),
      total: Math.round((history.read + history.work) / WARM_UP),
    },
    snapshot: { write: Math.round(snapshot.write), read: Math.round(snapshot.read) },
  };
}
