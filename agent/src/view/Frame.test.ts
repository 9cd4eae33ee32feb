import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunStatus } from '../run/RunStatus.ts';
import { frameOf } from './Frame.ts';
import { plain } from './Line.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

const STATUS: RunStatus = {
  version: 1,
  phase: 'running',
  mode: 'live',
  venue: 'binanceusdm',
  isSimulated: false,
  symbol: 'ICPUSDT',
  leader: 'ETHUSDT',
  startedMs: NOW - 3 * 3_600_000,
  nowMs: NOW,
  markPrice: 10.234,
  leaderPrice: 3012.4,
  equityUsdt: 1021.06,
  position: {
    side: 'long',
    quantity: 90,
    entryPrice: 10,
    notionalUsdt: 921.06,
    unrealizedUsdt: 21.06,
    openedMs: NOW - 60_000,
  },
  stop: { price: 9.5, quantity: 90, distance: 0.0717 },
  liquidation: { price: 8.1234, distance: 0.2062, dailySigmas: 4.13 },
  leverage: { allowed: 8, boundBy: 'L_FP', used: 5.1 },
  size: { allowedUsdt: 1000, boundBy: 'N_RISK' },
  decision: {
    action: 'HOLD',
    reason: 'none',
    binding: 'none',
    timeMs: NOW - 14_000,
    sequence: 231,
    isRecord: true,
    warnings: [],
  },
  freshness: {
    canisterAgoMs: 14_000,
    streamAgoMs: 400,
    barAgoMs: 245_000,
    venueAgoMs: 14_000,
    venueSilentMs: null,
    canisterSilentMs: null,
    loopAgoMs: 300,
  },
  touchProbability8h: 0.0004,
  uncoveredMs: null,
  ambiguousOrders: 0,
  tenure: {
    keyExpiresMs: NOW + 5 * 86_400_000,
    grantExpiresMs: NOW + 29 * 86_400_000,
    cyclesRunwayDays: 400,
  },
  journalBytes: 123_456,
  budget: { usedToday: 312, perDay: 2000, cyclesToday: null },
  entryBars: [],
  isHalted: false,
  isReconciled: true,
  isProtected: true,
  problems: [],
  events: [{ severity: 'alarm', code: 'halted', message: 'Halted: nothing is entered.', wallMs: NOW }],
};

const text = (status: RunStatus, columns: number, rows?: number): string =>
  frameOf(status, columns, rows).map(plain).join('\n');

test('everything a trader looks for is on one screen, with its unit and what bound it', () => {
  const shown = text(STATUS, 100);
  for (const part of [
    'LIVE',
    '10.234',
    'long 90 at 10',
    '+21.06',
    '7.2 % away',
    '20.6 % away',
    '4.1 daily σ',
    '8x allowed',
    '5.1x used',
    'bound by L_FP',
    'N_RISK',
    'HOLD',
    'record 231',
    '312 of 2,000',
    '0.04 % within 8 h (estimated)',
    'key 5 d',
    'grant 29 d',
    'cycles 400 d',
    'Halted: nothing',
  ])
    expect(shown).toContain(part);
  expect(shown).not.toContain('SIMULATED');
});

test('a made-up fill is never shown without saying so, and a missing stop cannot be overlooked', () => {
  expect(text({ ...STATUS, mode: 'paper', isSimulated: true }, 80)).toContain('PAPER SIMULATED');
  expect(text({ ...STATUS, stop: null }, 40)).toContain('NONE RESTS ON THE VENUE');
});

test('no line is wider and no frame higher than the terminal, whatever is shown', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 200 }),
      fc.integer({ min: 5, max: 60 }),
      fc.string({ maxLength: 300 }),
      fc.boolean(),
      (columns, rows, message, isFlat) => {
        const status: RunStatus = {
          ...STATUS,
          ...(isFlat ? { position: null, stop: null, liquidation: null } : {}),
          problems: [message],
          entryBars: [{ code: 'halted', message }],
          events: [{ severity: 'warning', code: 'x', message, wallMs: NOW }],
        };
        const frame = frameOf(status, columns, rows);
        expect(frame.length).toBeLessThanOrEqual(rows);
        for (const line of frame) expect(plain(line).length).toBeLessThanOrEqual(columns);
      },
    ),
  );
});
