import { FLAT } from '@plimsoll/engine';
import fc from 'fast-check';
import type { Execution } from '../execute/Executor.ts';
import { decisionOf } from '../execute/testing/Decisions.ts';
import { standingOf } from '../run/statusOf.ts';
import { expect, test } from 'vitest';
import type { RunStatus } from '../run/RunStatus.ts';
import { statusFor } from '../run/testing/statusFor.ts';
import { frameOf } from './Frame.ts';
import { coloured, plain, RENDITIONS, seg } from './Line.ts';

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
    'long 90 at 10.000',
    '9.500',
    '8.123',
    'ETHUSDT 3012.40',
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

test('a price keeps its place whether its tick decimals are zeros or not, and is as it is before the tick is known', () => {
  const at = (markPrice: number, priceDecimals: number | null): string =>
    plain(frameOf(statusFor({ nowMs: NOW, markPrice, priceDecimals }), 80)[2]!);
  const equityAt = (line: string): number => line.indexOf('equity');
  expect(at(5.1, 3)).toContain(' 5.100 ');
  expect(at(5.12345, 3)).toContain(' 5.123 ');
  expect(equityAt(at(5.1, 3))).toBe(equityAt(at(5.123, 3)));
  expect(at(5.1, null)).toContain(' 5.1 ');
});

/** Whatever may stand on a screen, with an event as long as they come. */
const BUSY = statusFor({
  nowMs: NOW,
  mode: 'paper',
  isSimulated: true,
  isProtected: false,
  problems: ['the venue took 3 s to answer and has not said what became of 1 order'],
  entryBars: [{ code: 'halted', message: 'halted; the owner resumes.' }],
  events: Array.from({ length: 30 }, (_, i) => ({
    severity: 'alarm' as const,
    code: 'price-jump',
    message: `The close of ICPUSDT in the bar of ${String(i)} h jumped from 5.100 to 9.123: the canister waits for a next bar near it, or for the word of the owner.`,
    wallMs: NOW,
  })),
});
/** Words and numbers with their units. */
const units = (shown: string): string[] =>
  shown.replace(/─+/g, '').match(/[\d.,]+ (?:%|[A-Z]+|daily σ|min|[dhs])(?!\w)|\S+/g) ?? [];

test.each([40, 80, 120])('at %i columns nothing is cut within a word or unit', (columns) => {
  const whole = new Set(units(text(BUSY, 2_000)));
  const shown = units(text(BUSY, columns));
  expect(shown.length).toBeGreaterThan(60);
  const dated = new Set(['running', 'for', 'up']);
  expect(shown.filter((unit) => !whole.has(unit) && !dated.has(unit))).toEqual([]);
});

test('the events that are shown are the newest, each of them whole', () => {
  const shown = text(BUSY, 40, 60);
  const told = [...shown.matchAll(/bar of (\d+) h/g)].map(([, i]) => Number(i));
  expect(told).toEqual(Array.from({ length: told.length }, (_, i) => 30 - told.length + i));
  expect(told.length).toBeGreaterThan(0);
  expect(shown.match(/of the\s+owner\./g)).toHaveLength(told.length);
});

test('the newest event is told by its name where there is no room for what it says', () => {
  const used = frameOf({ ...BUSY, events: [] }, 80, 100).length;
  const lastLine = (rows: number): string => plain(frameOf(BUSY, 80, rows).at(-1)!);
  expect(lastLine(used + 3)).toBe('03:04:05     price-jump');
  expect(lastLine(used + 2)).not.toContain('price-jump');
});

test('a title without room for all of it keeps mode, made-up fills, symbol and time', () => {
  expect(plain(frameOf(BUSY, 40)[0]!)).toBe('PAPER SIMULATED  ICPUSDT  03:04:05 UTC');
  expect(plain(frameOf({ ...BUSY, phase: 'stopping' }, 60)[0]!)).toContain('stopping');
});

/** Red, green and blue of the terminal's colours, as xterm has them. */
const PALETTE: Readonly<Record<string, readonly [number, number, number]>> = {
  black: [0, 0, 0],
  white: [255, 255, 255],
  30: [0, 0, 0],
  97: [255, 255, 255],
  41: [205, 0, 0],
  43: [205, 205, 0],
};

/** As WCAG 2 has it: 1 for none, 21 for black on white. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [a, b]
    .map((name) => {
      const [red = 0, green = 0, blue = 0] = PALETTE[name]!.map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

test('what warns can be read on a light terminal and on a dark one, and colour alone says nothing', () => {
  for (const rendition of Object.values(RENDITIONS)) {
    const codes = rendition.split(';').filter((code) => code in PALETTE);
    const ground = codes.find((code) => code.startsWith('4'));
    const ink = codes.find((code) => !code.startsWith('4'));
    // A colour without its own ground would depend on whose terminal it is.
    expect(ink === undefined).toBe(ground === undefined);
    if (ink !== undefined && ground !== undefined) expect(contrast(ink, ground)).toBeGreaterThan(4.5);
    expect(rendition.replace(/^(1|2|30;43|1;97;41)$/, '')).toBe('');
  }
  const text = plain([seg('NONE RESTS', 'bad')]);
  expect(coloured([seg('NONE RESTS', 'bad')], false)).toBe(text);
  expect(coloured([seg('NONE RESTS', 'bad')], true)).toBe(`\x1b[1;97;41m${text}\x1b[0m`);
});

test('the title is whole at 80, 100 and 160 columns', () => {
  const simulated = statusFor({ nowMs: NOW, mode: 'paper', isSimulated: true });
  for (const columns of [80, 100, 160]) {
    expect(plain(frameOf(simulated, columns)[0]!)).toMatch(/03:04:05 UTC$/);
  }
});

test('what bound the last record stays in view between records', () => {
  const record = decisionOf({ leverage: 8 });
  const tick = { ...record, table: null };
  const execution = {
    position: FLAT,
    resting: [],
    problems: [],
    isProtected: true,
  } as Partial<Execution> as Execution;
  const ofRecord = standingOf({ latest: record, lastRecord: record }, null, execution, 10);
  const ofTick = standingOf({ latest: tick, lastRecord: record }, null, execution, 10);
  expect(ofTick.leverage).toEqual(ofRecord.leverage);
  expect(ofTick.size).toEqual(ofRecord.size);
  expect(ofTick.leverage?.boundBy).toMatch(/^L_/);
});
