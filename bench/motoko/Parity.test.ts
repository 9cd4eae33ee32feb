import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  createDesk,
  decodeDecision,
  decodeHistory,
  decodeObservation,
  decodeRecord,
  DEFAULT_LIMITS,
  encodeHistory,
  encodeObservation,
  headInput,
  loadHistory,
  observe,
  type Decision,
  type LogRecord,
  type Stance,
} from '@plimsoll/engine';
import { WARM_UP } from '../../canisters/risk/test/support/Cast.ts';
import { createMarket, historyOf, lookOf, type Market } from '../../canisters/risk/test/support/Market.ts';
import { loadRecording } from '../../localnet/src/market/Recording.ts';
import type { Bar as RecordedBar } from '../../localnet/src/market/Bar.ts';
import { headHash } from '../../proof/src/index.ts';
import { MotokoRisk } from './MotokoRisk.ts';
import { sail } from './Voyage.ts';

const DATA = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const isRecorded = existsSync(DATA);
if (!isRecorded) console.warn('Skipped: parity over recorded bars wants the recordings in ../shared/data.');

/** Relative; differences below a trillionth count as none. */
const TOLERANCE = 1e-9;
const BARS = 240;
const TIMEOUT_MS = 180_000;

/** Every number and word of a decision by its path. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'number' || typeof b !== 'number' || a === b) return a === b;
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b)) + 1e-12;
}

/** What two decisions disagree on. */
function differences(theirs: Decision, ours: Decision): string[] {
  const others = new Map(leaves(theirs));
  const all = leaves(ours);
  if (others.size !== all.length) return [`${String(others.size)} fields, ours ${String(all.length)}`];
  return all.flatMap(([path, value]) =>
    isSame(others.get(path), value) ? [] : [`${path}: ${String(others.get(path))}, ours ${String(value)}`],
  );
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

interface Compared {
  readonly looks: number;
  readonly words: ReadonlySet<string>;
}

/** Has both take the same frames. The Motoko canister's log is checked as an auditor would. */
function compare(
  market: Market,
  drive: (decide: (frame: Uint8Array, stance?: Stance) => Decision) => void,
): Compared {
  const history = encodeHistory(historyOf(market, WARM_UP));
  const risk = new MotokoRisk(market.bars[WARM_UP]!.timeMs);
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, decodeHistory(history));
  let head: Uint8Array = new Uint8Array(32);
  let sequence = 0;
  const follow = (record: Uint8Array, newest: Uint8Array, frame: Uint8Array): LogRecord => {
    const read = decodeRecord(record);
    const before = head;
    head = headHash(headInput(record, frame));
    const isChained =
      read.sequence === sequence++ &&
      isEqual(read.previousHead, before) &&
      isEqual(newest, head) &&
      isEqual(risk.certifiedData, head);
    if (!isChained) throw new Error(`record ${String(read.sequence)} does not follow the one before`);
    return read;
  };
  const warmed = risk.send('load_history', history);
  if (warmed.kind !== 'record') throw new Error(`expected a record, came ${JSON.stringify(warmed)}`);
  follow(warmed.record, warmed.head, history);
  let looks = 0;
  const words = new Set<string>();
  drive((frame, stance) => {
    const outcome = observe(desk, decodeObservation(frame), [], stance);
    const answer = risk.send('observe', frame);
    const expected = outcome.record ? 'record' : 'tick';
    if (answer.kind === 'error' || answer.kind !== expected) {
      throw new Error(`look ${String(looks)}: expected a ${expected}, came ${JSON.stringify(answer)}`);
    }
    const decision =
      answer.kind === 'tick' ? answer.decision : follow(answer.record, answer.head, frame).decision;
    const ours = outcome.decision;
    const parted = differences(decodeDecision(decision), ours);
    if (parted.length > 0) throw new Error(`look ${String(looks)}: ${parted.join('; ')}`);
    looks++;
    words.add(`${ours.action} ${ours.reason}`);
    return ours;
  });
  return { looks, words };
}

it(
  'the Motoko canister decides as ours over a made-up market with gaps, flat and held, and its log chains',
  { timeout: TIMEOUT_MS },
  () => {
    const market = createMarket(WARM_UP + BARS + 1, 7);
    const { looks, words } = compare(market, (decide) => {
      sail(market, WARM_UP, WARM_UP + BARS, 3, (look) => decide(encodeObservation(look)));
    });
    expect(looks).toBeGreaterThan(1.8 * BARS);
    for (const word of ['WAIT no-intent', 'HOLD adopted', 'REDUCE touch', 'CLOSE liquidation-too-near'])
      expect(words).toContain(word);
  },
);

it('a drawdown blocks entries in both, at the look that shows it', { timeout: TIMEOUT_MS }, () => {
  const market = createMarket(WARM_UP + 4, 7);
  const { words } = compare(market, (decide) => {
    const blocked: Stance = {
      entriesBlocked: 'breaker-drawdown',
      mustClose: 'breaker-drawdown',
      manual: false,
      limits: null,
    };
    decide(encodeObservation(lookOf(market, WARM_UP)));
    const poorer = { ...lookOf(market, WARM_UP + 1), account: { equityUsdt: 7_900 } };
    decide(encodeObservation(poorer), blocked);
  });
  expect([...words]).toEqual(['WAIT no-intent', 'WAIT breaker-drawdown']);
});

function plainBar(bar: RecordedBar): Market['bars'][number] {
  return {
    timeMs: bar.timeMs,
    open: Number(bar.openE8) / 1e8,
    high: Number(bar.highE8) / 1e8,
    low: Number(bar.lowE8) / 1e8,
    close: Number(bar.closeE8) / 1e8,
    volume: Number(bar.volumeE8 / 100_000_000n),
  };
}

/** ICP led by ETH as recorded, at the times that both have: the days before and through the crash of August 2024. */
function recordedMarket(): Market {
  const { market, leader } = loadRecording({
    symbol: 'ICPUSDT',
    candles: join(DATA, 'candles', 'ICPUSDT_binance-spot_5m.csv.gz'),
    leader: 'ETHUSDT',
    leaderCandles: join(DATA, 'candles', 'ETHUSDT_binance-spot_5m.csv.gz'),
    funding: join(DATA, 'funding', 'ICPUSDT_binance-perp_8h.csv.gz'),
  });
  const leaders = new Map(leader.bars.map((bar) => [bar.timeMs, bar]));
  const shared = market.bars.filter(({ timeMs }) => leaders.has(timeMs));
  const crash = shared.findIndex(({ timeMs }) => timeMs >= Date.UTC(2024, 7, 4, 20));
  const bars = shared.slice(crash - WARM_UP, crash + BARS);
  return {
    bars: bars.map(plainBar),
    leaderBars: bars.map(({ timeMs }) => plainBar(leaders.get(timeMs)!)),
    settlements: market.funding
      .filter(({ timeMs }) => timeMs >= bars[0]!.timeMs)
      .map(({ timeMs, rateE8 }) => ({ timeMs, rate: Number(rateE8) / 1e8 })),
  };
}

it.skipIf(!isRecorded)(
  'the Motoko canister decides as ours through a recorded crash',
  { timeout: TIMEOUT_MS },
  () => {
    const market = recordedMarket();
    const { looks, words } = compare(market, (decide) => {
      sail(market, WARM_UP, WARM_UP + BARS, 5, (look) => decide(encodeObservation(look)));
    });
    expect(looks).toBeGreaterThan(1.8 * BARS);
    expect(words).toContain('REDUCE shock');
  },
);
