import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunStatus } from '../run/RunStatus.ts';
import { statusFor } from '../run/testing/statusFor.ts';
import { frameOf } from './Frame.ts';
import { plain } from './Line.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

const STATUS = statusFor({
  nowMs: NOW,
  events: [{ severity: 'alarm', code: 'halted', message: 'Halted: nothing is entered.', wallMs: NOW }],
});

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
    'key 12 d',
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
