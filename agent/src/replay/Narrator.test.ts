import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { FLAT, type Decision, type Intent } from '@plimsoll/engine';
import { afterAll, expect, test } from 'vitest';
import type { Execution } from '../execute/Executor.ts';
import { decisionOf, planOf } from '../execute/testing/Decisions.ts';
import { START_MS } from '../execute/testing/Market.ts';
import { Journal } from '../journal/Journal.ts';
import type { Wished } from '../run/Session.ts';
import { pricesWith } from '../view/prices.ts';
import type { MarketStatus } from './Control.ts';
import { Narrator } from './Narrator.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-narrator-'));
const journal = new Journal(join(folder, 'journal.sqlite'), () => START_MS);
afterAll(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

const STATUS: MarketStatus = {
  symbol: 'ICPUSDT',
  leader: 'ETHUSDT',
  timeMs: START_MS,
  barOpenMs: START_MS,
  phase: 'open',
  lastPrice: '10.1',
  barsTotal: 1440,
  barsDone: 144,
  startBarMs: START_MS,
  lastBarMs: START_MS + 86_400_000,
  synthetic: true,
  done: false,
};
const EXECUTION: Partial<Execution> = { position: FLAT, problems: [] };

const wished = (decision: Decision): Wished => ({
  intent: { id: decision.id, timeMs: START_MS, side: 1, notionalUsdt: 900 } satisfies Intent,
  decision,
  sequence: 12,
  execution: EXECUTION as Execution,
  after: [],
});

/** What is written of a wish, and how many columns the widest line takes. */
function told(columns: number, isLive: boolean, decision = decisionOf({ action: 'ENTER' })): string[] {
  let text = '';
  const screen = { write: (more: string) => (text += more), isLive, columns: () => columns };
  const narrator = new Narrator(screen, journal, 'ICP', pricesWith(3));
  narrator.wished(STATUS, wished(decision));
  // eslint-disable-next-line no-control-regex -- how a line is cleared
  return text.split(/\n|\r\u001b\[2K/);
}

const WHOLE = told(Infinity, false).join('\n');

test('a plan is told with every price in the decimals of the tick', () => {
  expect(WHOLE).toContain('stop 9.500 (−5.0 %), take profit 10.750 / 11.500, liquidation 8.100 (−19.0 %)');
  const fine = told(
    Infinity,
    false,
    decisionOf({ action: 'ENTER', plan: planOf({ stopPrice: 9.123, liquidationPrice: 8.12345 }) }),
  );
  expect(fine.join('\n')).toContain('stop 9.123 ');
  expect(fine.join('\n')).toContain('liquidation 8.123 ');
});

test.each([40, 80, 120])('at %i columns every line fits, broken between words', (columns) => {
  const lines = told(columns, true);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  const words = new Set(WHOLE.split(/\s+/));
  const [date, clock] = [/^\d{4}-\d{2}-\d{2}$/, /^\d{2}:\d{2}$/];
  for (const word of lines.slice(0, -1).join(' ').trim().split(/\s+/)) {
    expect(words.has(word) || date.test(word) || clock.test(word), word).toBe(true);
  }
  // The last is the line of progress.
  expect(lines.at(-1)).toContain('10.100  flat');
});

test('a wish that is refused is told as refused, and not with the plan that stands already', () => {
  const refused = decisionOf({ action: 'WAIT', reason: 'position-open' });
  expect(refused.plan).not.toBeNull();
  const text = told(Infinity, false, refused).join('\n');
  expect(text).toMatch(/refused +long 900\.00 USDT: position-open {2}record 12/);
  expect(text).not.toMatch(/ plan /);
  expect(text).not.toContain('take profit');
});

test('where nobody looks at a terminal a line is never broken', () => {
  expect(told(Infinity, false).filter((line) => line.includes('plan')).length).toBe(1);
  expect(WHOLE).toMatch(/plan {4}long 900\.00 USDT → 90 ICP .*\n.* stop 9\.500 .* {2}record 12\n/);
});
