import { assertIntent, ID_BYTES } from '@plimsoll/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSignal, type Parsed, type SignalRules } from './Signal.ts';

const NOW = Date.UTC(2026, 0, 1);
const RULES: SignalRules = {
  symbol: 'ICPUSDT',
  defaultNotionalUsdt: 200,
  maxNotionalUsdt: 1_000,
  maxAgeMs: 60_000,
};
const good = { id: 'signal-0001', time: NOW, symbol: 'ICPUSDT', side: 'buy', notionalUsdt: 500 };
const leaf = (parsed: Parsed) => (parsed.kind === 'refused' ? parsed.leaf : parsed.kind);

/** Near misses: the right names with anything under them, beside what real senders send. */
const payload = fc.oneof(
  fc.anything(),
  fc.json().map((text) => JSON.parse(text) as unknown),
  fc.record(
    {
      id: fc.oneof(fc.string(), fc.constant('signal-0001'), fc.anything()),
      time: fc.oneof(fc.integer(), fc.constant(NOW), fc.constant('2026-01-01T00:00:00Z'), fc.anything()),
      symbol: fc.oneof(fc.constantFrom('ICPUSDT', 'BINANCE:ICPUSDT.P', 'BTCUSDT'), fc.anything()),
      side: fc.oneof(fc.constantFrom('buy', 'short', 'close', '__proto__', 'constructor'), fc.anything()),
      notionalUsdt: fc.oneof(fc.double(), fc.constant(500), fc.anything()),
      confidence: fc.anything(),
      leverage: fc.anything(),
      __proto__: fc.anything(),
    },
    { requiredKeys: [] },
  ),
);

test('no payload yields anything but an intent within the rules or a typed refusal', () => {
  fc.assert(
    fc.property(payload, (given) => {
      const parsed = parseSignal(given, RULES, NOW);
      if (parsed.kind === 'refused') {
        expect(parsed.message.length).toBeGreaterThan(0);
        expect(Object.keys(parsed).sort()).toEqual(['kind', 'leaf', 'message']);
        return;
      }
      const { intent } = parsed;
      expect(Object.keys(intent).sort()).toEqual(['id', 'notionalUsdt', 'sentMs', 'side', 'signalId']);
      expect(intent.notionalUsdt).toBeLessThanOrEqual(RULES.maxNotionalUsdt);
      expect(intent.id).toHaveLength(ID_BYTES);
      assertIntent({ ...intent, timeMs: intent.sentMs });
    }),
    { numRuns: 3_000 },
  );
});

test('how sure a signal is changes nothing, and is said to change nothing', () => {
  const conviction = fc.dictionary(
    fc.constantFrom(
      'confidence',
      'conviction',
      'strength',
      'leverage',
      'quantity',
      'price',
      'stop',
      'takeProfit',
      'order',
    ),
    fc.anything(),
    { minKeys: 1 },
  );
  const plain = parseSignal(good, RULES, NOW);
  fc.assert(
    fc.property(conviction, (fields) => {
      const parsed = parseSignal({ ...good, ...fields }, RULES, NOW);
      expect(parsed).toEqual({ ...plain, ignored: Object.keys(fields) });
    }),
  );
});

test('the same id is the same intent, another id another one', () => {
  const id = fc.stringMatching(/^[\x21-\x7e]{8,128}$/);
  const idOf = (signalId: string) => {
    const parsed = parseSignal({ ...good, id: signalId }, RULES, NOW);
    return parsed.kind === 'intent' ? Buffer.from(parsed.intent.id).toString('hex') : parsed.leaf;
  };
  fc.assert(
    fc.property(id, id, (a, b) => {
      expect(idOf(a)).toMatch(/^[0-9a-f]{32}$/);
      expect(idOf(a) === idOf(b)).toBe(a === b);
    }),
  );
});

test('what senders write is understood', () => {
  for (const symbol of [
    'ICPUSDT',
    'icpusdt',
    'ICPUSDT.P',
    'BINANCE:ICPUSDT.P',
    'ICP/USDT:USDT',
    'ICP-USDT',
  ]) {
    expect(leaf(parseSignal({ ...good, symbol }, RULES, NOW))).toBe('intent');
  }
  const { symbol: ticker, side: _side, ...rest } = good;
  expect(parseSignal({ ...rest, ticker, action: 'SELL' }, RULES, NOW)).toMatchObject({
    intent: { side: -1, notionalUsdt: 500 },
    ignored: [],
  });
  const { notionalUsdt: _, ...sizeless } = good;
  expect(parseSignal(sizeless, RULES, NOW)).toMatchObject({ intent: { notionalUsdt: 200 } });
  expect(leaf(parseSignal(sizeless, { ...RULES, defaultNotionalUsdt: null }, NOW))).toBe('no-size');
  expect(leaf(parseSignal({ ...good, time: '2025-12-31T23:59:30Z' }, RULES, NOW))).toBe('intent');
});

test('each refusal has its own name', () => {
  const leafOf = (changes: object) => leaf(parseSignal({ ...good, ...changes }, RULES, NOW));
  expect(leafOf({ symbol: 'BTCUSDT' })).toBe('wrong-symbol');
  expect(leafOf({ symbol: 'EVIL:BTCUSDT' })).toBe('wrong-symbol');
  expect(leafOf({ side: 'close' })).toBe('not-an-entry');
  expect(leafOf({ side: 'hold' })).toBe('malformed');
  expect(leafOf({ notionalUsdt: 1_000.01 })).toBe('too-large');
  expect(leafOf({ notionalUsdt: -1 })).toBe('malformed');
  expect(leafOf({ notionalUsdt: '500' })).toBe('malformed');
  expect(leafOf({ time: NOW - 60_001 })).toBe('stale');
  expect(leafOf({ time: NOW + 5_001 })).toBe('from-the-future');
  expect(leafOf({ id: 'short' })).toBe('malformed');
});
