import { encodeHistory, encodeObservation } from '@plimsoll/engine';
import {
  createMarket,
  historyOf,
  lookOf,
  START_MS,
  type LookOptions,
} from '../../canisters/risk/test/support/Market.ts';
import { costOf, Meter, meterWasm, type Cost } from './Meter.ts';
import { PARTS } from './src/Dissection.ts';

const WARM_UP = 2_880;
const BARS = 36;

/** Instructions of the IC by part, and their sum. */
export type Parts = Readonly<Record<string, number>>;

/** What `docs/costs.json` holds. */
export interface Costs {
  /** Medians of a closed bar with open interest risen, one that closes an hour, and a look between two bars. */
  readonly 'closed bar': Parts;
  readonly 'closed hour': Parts;
  readonly tick: Parts;
  /** What a message costs before the engine is asked: azle, reading the argument, replying. */
  readonly 'empty message': Parts;
  /** Parts of a closed bar's step, run one by one. */
  readonly 'step by part': Parts;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function medians(costs: readonly Cost[]): Parts {
  const decode = median(costs.map((cost) => cost.decode));
  const decide = median(costs.map((cost) => cost.decide));
  const encode = median(costs.map((cost) => cost.encode));
  return { decode, decide, encode, sum: decode + decide + encode };
}

/** Runs three hours of a made-up market, ten book levels a side, through the measuring canister. */
export async function measureCosts(): Promise<Costs> {
  const market = createMarket(WARM_UP + BARS + 1, 1);
  const meter = new Meter(await meterWasm(), START_MS);
  meter.send('load_history', encodeHistory(historyOf(market, WARM_UP)));
  const cost = (index: number, options: LookOptions = {}): Cost =>
    costOf(meter.send('observe', encodeObservation(lookOf(market, index, options))));
  const bars: Cost[] = [];
  const hours: Cost[] = [];
  const ticks: Cost[] = [];
  for (let index = WARM_UP; index < WARM_UP + BARS; index++) {
    (index % 12 === 11 ? hours : bars).push(cost(index));
    ticks.push(cost(index, { tick: true }));
  }
  const last = encodeObservation(lookOf(market, WARM_UP + BARS));
  const parts = new Float64Array(meter.send('dissect', last).buffer);
  meter.send('nothing', last);
  return {
    'closed bar': medians(bars),
    'closed hour': medians(hours),
    tick: medians(ticks),
    'empty message': { sum: meter.instructions },
    'step by part': Object.fromEntries(PARTS.map((name, i) => [name, parts[i] ?? 0])),
  };
}
