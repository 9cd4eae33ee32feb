import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createDesk,
  decodeIntent,
  DEFAULT_LIMITS,
  encodeDecision,
  encodeHistory,
  intend,
  loadHistory,
  observeLook,
  readLook,
  restoreDesk,
  snapshotDesk,
  stateHash,
} from '@plimsoll/engine';
import { costOf, Meter, meterWasm } from '../../bench/canister/Meter.ts';
import { AGENT, decisionIn, enrol, OWNER, WARM_UP } from '../../canisters/risk/test/support/Cast.ts';
import { historyOf, type Market } from '../../canisters/risk/test/support/Market.ts';
import { builtWasm, Risk } from '../../canisters/risk/test/support/Risk.ts';
import { sail } from '../../canisters/risk/test/support/Voyage.ts';
import { generator } from '../../engine/test/market.ts';
import { loadRecording } from '../../localnet/src/market/Recording.ts';
import type { Bar as RecordedBar } from '../../localnet/src/market/Bar.ts';

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const CANDLES = resolve(ROOT, '..', 'shared', 'data', 'candles');
const FUNDING = resolve(ROOT, '..', 'shared', 'data', 'funding');
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const isRecorded = existsSync(CANDLES);
if (!isRecorded) console.warn('Skipped: the exactness tests want the recordings in ../shared/data.');
/** All of 50,000 in the campaign; a tenth otherwise, from a place that the seed chooses. */
const BARS = Number(process.env['EXACTNESS_BARS'] ?? 5_000);
const SEED = Number(process.env['EXACTNESS_SEED'] ?? 20_240_805);
const BARS_PER_HASH = 500;
const CHUNK = 400;

interface Message {
  readonly method: 'observe' | 'intent';
  readonly frame: Uint8Array;
  readonly decision: Uint8Array;
  /** State after it, where it is due. */
  readonly hash: number | null;
}

interface Voyage {
  readonly history: Uint8Array;
  readonly startMs: number;
  readonly messages: readonly Message[];
}

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

/** ICP led by ETH as recorded, from a seeded place, at the times that both have. */
function recordedMarket(): Market {
  const { market, leader } = loadRecording({
    symbol: 'ICPUSDT',
    candles: join(CANDLES, 'ICPUSDT_binance-spot_5m.csv.gz'),
    leader: 'ETHUSDT',
    leaderCandles: join(CANDLES, 'ETHUSDT_binance-spot_5m.csv.gz'),
    funding: join(FUNDING, 'ICPUSDT_binance-perp_8h.csv.gz'),
  });
  const leaders = new Map(leader.bars.map((bar) => [bar.timeMs, bar]));
  const shared = market.bars.filter(({ timeMs }) => leaders.has(timeMs));
  const wanted = WARM_UP + BARS;
  const from = Math.floor(generator(SEED)() * (shared.length - wanted));
  const bars = shared.slice(from, from + wanted);
  const firstMs = bars[0]!.timeMs;
  return {
    bars: bars.map(plainBar),
    leaderBars: bars.map(({ timeMs }) => plainBar(leaders.get(timeMs)!)),
    settlements: market.funding
      .filter(({ timeMs }) => timeMs >= firstMs)
      .map(({ timeMs, rateE8 }) => ({ timeMs, rate: Number(rateE8) / 1e8 })),
  };
}

/** Everything the engine in Node was told and answered. */
function embark(market: Market): Voyage {
  const history = historyOf(market, WARM_UP);
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, history);
  const messages: Message[] = [];
  let bars = 0;
  sail(market, WARM_UP, market.bars.length, (method, frame) => {
    const look = method === 'observe' ? readLook(frame) : null;
    const newBars = look?.bars.length ?? 0;
    const { decision } = look === null ? intend(desk, decodeIntent(frame)) : observeLook(desk, look);
    bars += newBars;
    const isDue = newBars > 0 && bars % BARS_PER_HASH === 0;
    messages.push({
      method,
      frame,
      decision: encodeDecision(decision),
      hash: isDue ? stateHash(desk) : null,
    });
    return decision;
  });
  return { history: encodeHistory(history), startMs: market.bars[0]!.timeMs, messages };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

describe.skipIf(!isRecorded)(`${BARS} recorded bars (../shared/data), seed ${SEED}`, () => {
  let voyage: Voyage;
  beforeAll(() => {
    voyage = embark(recordedMarket());
  });

  test(
    'the built canister gives the same decision bytes at every message',
    { timeout: 3_600_000 },
    async () => {
      const risk = new Risk(await builtWasm(), voyage.startMs);
      // The engine by itself knows no breakers: here none must come out.
      enrol(risk, OWNER, AGENT, { ...DEFAULT_LIMITS, lossStreakBreaker: 100 });
      risk.send('load_history', voyage.history, AGENT);
      voyage.messages.forEach(({ method, frame, decision }, i) => {
        const came = decisionIn(risk.send(method, frame, AGENT));
        if (Buffer.compare(came, decision) !== 0)
          throw new Error(`${method} ${i}: the canister decided otherwise`);
      });
      expect(voyage.messages.length).toBeGreaterThan(BARS);
    },
  );

  test(
    'the engine alone in a canister gives the same decision bytes and, every 500 bars, the same state',
    { timeout: 3_600_000 },
    async () => {
      const meter = new Meter(await meterWasm(), voyage.startMs);
      meter.send('load_history', voyage.history);
      voyage.messages.forEach(({ method, frame, decision, hash }, i) => {
        const came = costOf(meter.send(method, frame)).decision;
        if (Buffer.compare(came, decision) !== 0)
          throw new Error(`${method} ${i}: the canister decided otherwise`);
        if (hash === null) return;
        const [state] = new Uint32Array(meter.send('state_hash', new Uint8Array(1)).buffer);
        if (state !== hash) throw new Error(`${method} ${i}: the canister's state is another`);
      });
      expect(voyage.messages.filter(({ hash }) => hash !== null).length).toBe(Math.floor(BARS / 500));
    },
  );

  test.skipIf(!existsSync(CHROMIUM))(
    `a browser (${CHROMIUM}) gives the same decision bytes and state`,
    { timeout: 600_000 },
    async () => {
      const { outputFiles } = await build({
        entryPoints: [join(ROOT, 'scripts', 'exactness', 'Browser.ts')],
        bundle: true,
        write: false,
        format: 'iife',
        target: 'es2022',
      });
      const browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      });
      try {
        const page = await browser.newPage();
        await page.addScriptTag({ content: outputFiles[0]!.text });
        await page.evaluate(`warm(${JSON.stringify(base64(voyage.history))})`);
        for (let from = 0; from < voyage.messages.length;) {
          // A chunk ends where a state hash is due, so that it can be asked for.
          const due = voyage.messages.findIndex(({ hash }, i) => i >= from && hash !== null);
          const to = Math.min(from + CHUNK, due === -1 ? Infinity : due + 1, voyage.messages.length);
          const chunk = voyage.messages.slice(from, to);
          const sent = chunk.map(({ method, frame }) => [method, base64(frame)]);
          const came = await page.evaluate<string[]>(`decide(${JSON.stringify(sent)})`);
          expect(came).toEqual(chunk.map(({ decision }) => base64(decision)));
          const { hash } = chunk.at(-1)!;
          if (hash !== null) expect(await page.evaluate<number>('stateHash()')).toBe(hash);
          from = to;
        }
      } finally {
        await browser.close();
      }
    },
  );

  test(
    'snapshot and restore at any message give the same decision bytes and state',
    { timeout: 600_000 },
    () => {
      const random = generator(SEED + 1);
      let desk = createDesk(DEFAULT_LIMITS);
      loadHistory(desk, historyOf(recordedMarket(), WARM_UP));
      for (const { method, frame, decision, hash } of voyage.messages) {
        if (random() < 0.2) desk = restoreDesk(snapshotDesk(desk));
        const outcome =
          method === 'observe' ? observeLook(desk, readLook(frame)) : intend(desk, decodeIntent(frame));
        expect(Buffer.compare(encodeDecision(outcome.decision), decision)).toBe(0);
        if (hash !== null) expect(stateHash(desk)).toBe(hash);
      }
    },
  );
});
