import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Libsql from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { VenueOrder } from '../venue/Venue.ts';
import { Journal } from './Journal.ts';
import type { OrderIntent } from './Rows.ts';

let folder: string;
let path: string;
const open: Journal[] = [];

function journalAt(now: () => number = () => 1_000, access: 'write' | 'read' = 'write'): Journal {
  const journal = new Journal(path, now, access);
  open.push(journal);
  return journal;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-journal-'));
  path = join(folder, 'sub', 'journal.db');
});

afterEach(() => {
  for (const journal of open.splice(0)) journal.close();
  rmSync(folder, { recursive: true });
});

const intent: OrderIntent = {
  clientOrderId: 'plm-in-0-00000000000000000000',
  tradeId: '00',
  role: 'entry',
  version: 0,
  kind: 'ordinary',
  side: 'buy',
  quantity: 0.1 + 0.2,
  triggerPrice: 0,
  because: 'ENTER/plan',
  decisionId: Uint8Array.of(1, 2, 3),
};

const accepted: VenueOrder = {
  kind: 'ordinary',
  clientOrderId: intent.clientOrderId,
  venueId: '77',
  type: 'market',
  side: 'buy',
  quantity: 1,
  filledQuantity: 1,
  averagePrice: 10.123,
  triggerPrice: 0,
  reduceOnly: false,
  trigger: null,
  state: 'filled',
  createdMs: 5_000,
  updatedMs: 5_001,
};

test('an intent is there after closing and opening, to the last bit', () => {
  const first = journalAt();
  first.intend(intent);
  first.close();
  open.pop();
  expect(journalAt().order(intent.clientOrderId)).toEqual({
    ...intent,
    state: 'intended',
    attempts: 1,
    venueId: null,
    filledQuantity: 0,
    averagePrice: 0,
    failure: null,
    confirmedMarketMs: null,
    endedMarketMs: null,
    intendedWallMs: 1_000,
    updatedWallMs: 1_000,
  });
});

test('an order that may be on the wire is not intended again; one that never arrived is', () => {
  const journal = journalAt();
  journal.intend(intent);
  journal.markSent(intent.clientOrderId);
  const again = () => journal.intend(intent);
  expect(again).toThrow(/conflict: expected no earlier attempt/);
  journal.markFailed(intent.clientOrderId, 'ambiguous', 'no-answer');
  expect(again).toThrow(/conflict/);
  expect(journal.unresolved()).toHaveLength(1);
  journal.markFailed(intent.clientOrderId, 'denied', 'not-found');
  again();
  expect(journal.order(intent.clientOrderId)).toMatchObject({
    state: 'intended',
    attempts: 2,
    failure: null,
  });
  journal.takeOver(accepted);
  expect(journal.order(intent.clientOrderId)).toMatchObject({
    state: 'filled',
    venueId: '77',
    averagePrice: 10.123,
    confirmedMarketMs: 5_000,
    endedMarketMs: 5_001,
  });
  expect(again).toThrow(/conflict/);
  expect(journal.unresolved()).toEqual([]);
  expect(() => journal.intend({ ...intent, side: 'sell' })).toThrow(/conflict/);
  expect(() => journal.markSent('nobody')).toThrow(/conflict/);
});

test('a decision is kept with its hash and receipt; another under the same id is refused', () => {
  const journal = journalAt();
  const row = {
    id: Uint8Array.of(1),
    sequence: 7,
    head: new Uint8Array(32),
    decision: Uint8Array.of(9, 9),
    receipt: Uint8Array.of(4),
    marketMs: 5,
  };
  journal.acceptDecision(row);
  journal.acceptDecision(row);
  expect(journal.latestDecision()).toMatchObject({ ...row, wallMs: 1_000 });
  expect(Buffer.from(journal.latestDecision()!.decisionHash).toString('hex')).toMatch(/^[0-9a-f]{64}$/);
  expect(() => journal.acceptDecision({ ...row, decision: Uint8Array.of(8) })).toThrow(/conflict/);
  journal.acceptDecision({ ...row, id: Uint8Array.of(2), sequence: 8 });
  expect(journal.latestDecision()?.sequence).toBe(8);
});

test('a decision that is written down answers its own call and no other', () => {
  const journal = journalAt();
  const row = {
    id: Uint8Array.of(1),
    sequence: 7,
    head: Uint8Array.of(7),
    decision: Uint8Array.of(9),
    receipt: Uint8Array.of(5),
    marketMs: 1,
  };
  const call = { method: 'observe', frame: Uint8Array.of(1) };
  journal.intendCall({ ...call, id: row.id });
  journal.acceptDecision(row);
  expect(journal.unansweredCalls()).toEqual([]);
  journal.intendCall({ ...call, id: Uint8Array.of(2) });
  journal.acceptDecision({ ...row, sequence: 8, id: Uint8Array.of(3) });
  expect(journal.unansweredCalls()).toHaveLength(1);
});

test('a canister call is repeated with the bytes it was first made with, until it is answered', () => {
  const journal = journalAt();
  const call = { id: Uint8Array.of(1, 1), method: 'observe', frame: Uint8Array.of(1, 2, 3) };
  journal.intendCall(call);
  journal.intendCall(call);
  expect(journal.unansweredCalls()).toEqual([{ ...call, wallMs: 1_000 }]);
  expect(() => journal.intendCall({ ...call, frame: Uint8Array.of(9) })).toThrow(/conflict/);
  expect(journal.forgetCalls(2_000)).toBe(0);
  journal.markAnswered(call.id);
  expect(journal.unansweredCalls()).toEqual([]);
  expect(journal.forgetCalls(2_000)).toBe(1);
});

test('beside a market with a time of its own rows are kept by that time, and orders judged by this machine', () => {
  const journal = new Journal(
    path,
    () => 1_000_000,
    'write',
    () => 50,
  );
  const call = { id: Uint8Array.of(1, 1), method: 'observe', frame: Uint8Array.of(1) };
  journal.intendCall(call);
  journal.markAnswered(call.id);
  expect(journal.forgetCalls(50)).toBe(0);
  expect(journal.forgetCalls(51)).toBe(1);
  journal.intend(intent);
  expect(journal.order(intent.clientOrderId)?.updatedWallMs).toBe(1_000_000);
  journal.close();
});

test('a fill is counted once, however often it is read', () => {
  const journal = journalAt();
  const fill = {
    id: '1',
    venueOrderId: '2',
    side: 'buy' as const,
    quantity: 1,
    price: 2,
    feeUsdt: null,
    realizedUsdt: 0,
    timeMs: 50,
  };
  expect(journal.lastFillMs()).toBeNull();
  expect(journal.recordFills([fill, { ...fill, id: '2' }])).toBe(2);
  expect(journal.recordFills([fill, { ...fill, id: '3', timeMs: 60 }])).toBe(1);
  expect(journal.fills(0).map(({ id }) => id)).toEqual(['1', '2', '3']);
  expect(journal.fills(0)[0]).toEqual(fill);
  expect(journal.lastFillMs()).toBe(60);
});

test('events come in order and from where the reader left off', () => {
  const journal = journalAt();
  journal.event('info', 'a', 'first');
  journal.event('alarm', 'b', 'second');
  expect(journal.events().map(({ code }) => code)).toEqual(['a', 'b']);
  expect(journal.events(1)).toMatchObject([{ severity: 'alarm', message: 'second' }]);
});

test('a second writer is shut out, a reader is not, and cannot write', () => {
  const writer = journalAt();
  writer.intend(intent);
  expect(() => new Journal(path)).toThrow(expect.objectContaining({ reason: 'locked', kind: 'temporary' }));
  const reader = journalAt(Date.now, 'read');
  expect(reader.order(intent.clientOrderId)?.state).toBe('intended');
  expect(() => reader.event('info', 'a', 'b')).toThrow();
  writer.close();
  open.shift();
  expect(journalAt().order(intent.clientOrderId)?.state).toBe('intended');
});

test('what cannot be opened says why: not writable, damaged, or of a later release', () => {
  writeFileSync(join(folder, 'file'), 'x');
  expect(() => new Journal(join(folder, 'file', 'journal.db'))).toThrow(
    expect.objectContaining({ reason: 'not-writable' }),
  );
  expect(() => new Journal(folder)).toThrow(expect.objectContaining({ reason: 'not-writable' }));
  expect(() => new Journal(join(folder, 'none.db'), Date.now, 'read')).toThrow(
    expect.objectContaining({ reason: 'damaged' }),
  );
  const broken = join(folder, 'broken.db');
  writeFileSync(broken, 'no database '.repeat(1_000));
  expect(() => new Journal(broken)).toThrow(expect.objectContaining({ reason: 'damaged' }));
  const Database = createRequire(import.meta.url)('libsql') as typeof Libsql;
  const later = new Database(join(folder, 'later.db'));
  later.exec('PRAGMA user_version = 99');
  later.close();
  expect(() => new Journal(join(folder, 'later.db'))).toThrow(
    expect.objectContaining({ reason: 'newer-schema' }),
  );
});

test('only its owner may read the file', () => {
  journalAt();
  expect(statSync(path).mode & 0o077).toBe(0);
});
