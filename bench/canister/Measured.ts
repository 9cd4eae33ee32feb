import { decodeDecision, encodeHistory, encodeObservation, NO_BOOK, type Position } from '@plimsoll/engine';
import {
  createMarket,
  historyOf,
  lookOf,
  START_MS,
  type LookOptions,
  type Market,
} from '../../canisters/risk/test/support/Market.ts';
import {
  costOf,
  functionsIn,
  Meter,
  meterWasm,
  profiledMeter,
  type Cost,
  type FunctionCost,
} from './Meter.ts';
import { PARTS } from './src/Dissection.ts';

const WARM_UP = 2_880;
const BARS = 24;

/** Instructions of the IC by part, and their sum. */
export type Parts = Readonly<Record<string, number>>;

/** What `docs/costs.json` holds. */
export interface Costs {
  /** Medians with nothing held: a closed bar with open interest risen, one that closes an hour, and a tick. */
  readonly 'flat, closed bar': Parts;
  readonly 'flat, closed hour': Parts;
  readonly 'flat, tick': Parts;
  /** The same with a long held. */
  readonly 'held, closed bar': Parts;
  readonly 'held, closed hour': Parts;
  readonly 'held, tick': Parts;
  /** Per bar of 2,880 in one message, both series. */
  readonly history: Parts;
  readonly snapshot: Parts;
  /** What a message costs before the engine is asked: azle, reading the argument, replying. */
  readonly 'empty message': Parts;
  /** Parts of a closed bar's step, run one by one. */
  readonly 'step by part': Parts;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function medians(costs: readonly Cost[]): Parts {
  const read = median(costs.map((cost) => cost.read));
  const decide = median(costs.map((cost) => cost.decide));
  return { read, decide, sum: read + decide };
}

interface Sailed {
  readonly bar: Parts;
  readonly hour: Parts;
  readonly tick: Parts;
}

/** Closed bars with a tick after each; a tick brings no book, as the agent sends it. */
function sail(meter: Meter, market: Market, from: number, account: LookOptions): Sailed {
  const bars: Cost[] = [];
  const hours: Cost[] = [];
  const ticks: Cost[] = [];
  for (let index = from; index < from + BARS; index++) {
    const look = encodeObservation(lookOf(market, index, account));
    (index % 12 === 11 ? hours : bars).push(costOf(meter.send('observe', look)));
    const tick = { ...lookOf(market, index, { ...account, tick: true }), book: NO_BOOK };
    const cost = costOf(meter.send('observe', encodeObservation(tick)));
    if (decodeDecision(cost.decision).table === null) ticks.push(cost);
  }
  return { bar: medians(bars), hour: medians(hours), tick: medians(ticks) };
}

/** An account with a long at 4x, opened with bar `index`. */
function holdingFrom(market: Market, index: number): LookOptions {
  const entry = market.bars[index]!;
  const position: Position = {
    side: 1,
    quantity: 300,
    entryPrice: entry.open,
    walletUsdt: (300 * entry.open) / 4,
    venueLiquidationPrice: 0,
    openedMs: entry.timeMs,
  };
  return { position, restingStopPrice: 0.95 * entry.open };
}

/** The functions of a closed bar that ends no hour and of a tick, flat and then with a long held. */
export async function measureFunctions(): Promise<Readonly<Record<string, readonly FunctionCost[]>>> {
  const market = createMarket(WARM_UP + 4, 1);
  const { wasm, names } = await profiledMeter();
  const meter = new Meter(wasm, START_MS);
  meter.send('load_history', encodeHistory(historyOf(market, WARM_UP)));
  const none = new Uint8Array(1);
  const costs = (index: number, account: LookOptions): readonly FunctionCost[] => {
    meter.send('functions', none);
    const look = lookOf(market, index, account);
    meter.send('observe', encodeObservation(account.tick === true ? { ...look, book: NO_BOOK } : look));
    return functionsIn(meter.send('functions', none), names);
  };
  const account = holdingFrom(market, WARM_UP + 2);
  // The first of each is dearer: it sets what the others find.
  costs(WARM_UP, {});
  const flat = costs(WARM_UP + 1, {});
  const flatTick = costs(WARM_UP + 1, { tick: true });
  costs(WARM_UP + 2, account);
  const held = costs(WARM_UP + 3, account);
  return {
    'flat, closed bar': flat,
    'flat, tick': flatTick,
    'held, closed bar': held,
    'held, tick': costs(WARM_UP + 3, { ...account, tick: true }),
  };
}

/** Runs six hours of a made-up market, ten book levels a side, through the measuring canister: flat, then long. */
export async function measureCosts(): Promise<Costs> {
  const market = createMarket(WARM_UP + 2 * BARS + 1, 1);
  const meter = new Meter(await meterWasm(), START_MS);
  meter.send('load_history', encodeHistory(historyOf(market, WARM_UP)));
  const history = { sum: Math.round(meter.instructions / WARM_UP) };
  const flat = sail(meter, market, WARM_UP, {});
  const held = sail(meter, market, WARM_UP + BARS, holdingFrom(market, WARM_UP + BARS));
  const last = encodeObservation(lookOf(market, WARM_UP + 2 * BARS));
  const parts = new Float64Array(meter.send('dissect', last).buffer);
  // `dissect` has worked the snapshot's layout out.
  const [write = 0, read = 0] = new Float64Array(meter.send('snapshot', last).buffer);
  meter.send('nothing', last);
  return {
    'flat, closed bar': flat.bar,
    'flat, closed hour': flat.hour,
    'flat, tick': flat.tick,
    'held, closed bar': held.bar,
    'held, closed hour': held.hour,
    'held, tick': held.tick,
    history,
    snapshot: { write, read },
    'empty message': { sum: meter.instructions },
    'step by part': Object.fromEntries(PARTS.map((name, i) => [name, parts[i] ?? 0])),
  };
}
