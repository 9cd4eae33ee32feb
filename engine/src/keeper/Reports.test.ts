import { expect, test } from 'vitest';
import type { Keeper, Report } from '../index.ts';
import { idOf } from '../../test/market.ts';
import { populated, T0 } from '../../test/KeeperActs.ts';
import { refusal } from '../../test/Stage.ts';
import { resolveReport, takeReport } from './Reports.ts';

function told(
  keeper: Keeper,
  report: Report['report'],
  sequence: number,
  changes: Partial<Report> = {},
): Keeper {
  const full: Report = {
    id: idOf(sequence),
    place: { account: 0, market: 0 },
    report,
    decision: 3,
    timeMs: T0,
    side: 1,
    quantity: 1,
    price: 9,
    code: 'word',
    ...changes,
  };
  return takeReport(keeper, full, { icTimeMs: T0, sequence });
}

test('an ambiguity stays open until its execution is told, a violation until the owner resolves it', () => {
  const open = told(told(populated(), 'ambiguity', 10), 'violation', 11);
  expect(open.open.map(({ sequence }) => sequence)).toEqual([10, 11]);
  // Of another decision or another account it settles nothing.
  expect(told(open, 'execution', 12, { decision: 4 }).open).toHaveLength(2);
  expect(told(open, 'execution', 12, { place: { account: 1, market: 0 } }).open).toHaveLength(2);
  const settled = told(open, 'execution', 12);
  expect(settled.open.map(({ sequence }) => sequence)).toEqual([11]);
  expect(settled.reports.map(({ sequence }) => sequence)).toEqual([10, 11, 12]);
  expect(resolveReport(settled, 11).open).toEqual([]);
  expect(refusal(() => resolveReport(settled, 10)).leaf).toBe('not-open');
});

test('a report is about a decision that there is', () => {
  expect(refusal(() => told(populated(), 'execution', 3)).leaf).toBe('unknown-decision');
});

test('what did not fit beside the log is resolved with the last that did', () => {
  const many = Array.from({ length: 40 }).reduce<Keeper>(
    (keeper, _, i) => told(keeper, 'violation', 100 + i),
    populated(),
  );
  expect([many.open.length, many.openBeyond]).toEqual([32, 8]);
  const rest = many.open.slice(1).reduce((keeper, { sequence }) => resolveReport(keeper, sequence), many);
  expect([rest.open.length, rest.openBeyond]).toEqual([1, 8]);
  expect(resolveReport(rest, 100)).toMatchObject({ open: [], openBeyond: 0 });
});
