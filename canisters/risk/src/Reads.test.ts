import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_PAGE_BYTES, MAX_PAGE_RECORDS, recordsOf } from './Reads.ts';

const log = vi.hoisted(() => ({ records: 0, bytes: 0 }));
const entry = (): object => ({ record: new Uint8Array(300), frame: new Uint8Array(log.bytes - 300) });

vi.mock('./Access.ts', () => ({ readableAccount: () => ({ slot: 0 }) }));
vi.mock('./Certification.ts', () => ({ certifiedSequence: () => -1 }));
vi.mock('./Log.ts', () => ({ findInLog: () => entry(), readLog: () => entry() }));
vi.mock('./Platform.js', () => ({ dataCertificate: () => undefined }));
vi.mock('./Sessions.ts', () => ({ currentStanding: () => log }));
vi.mock('./Witness.ts', () => ({ witnessOf: () => new Uint8Array(0) }));

const page = (from: number, count: number): number =>
  recordsOf(new Uint8Array(1), new Uint8Array(1), 0, from, count)!.entries.length;

beforeEach(() => {
  log.records = 1_000;
});

describe('a page of the log', () => {
  it('has as many records as are asked for and are there, and at most a hundred', () => {
    log.bytes = 400;
    expect([page(0, 7), page(995, 7), page(1_000, 7), page(0, 0)]).toEqual([7, 5, 0, 0]);
    expect(page(0, MAX_PAGE_RECORDS + 1)).toBe(100);
  });

  it('has at most a megabyte, and where there is a record at least one', () => {
    log.bytes = MAX_PAGE_BYTES / 4;
    expect(page(0, 100)).toBe(4);
    log.bytes = MAX_PAGE_BYTES / 4 + 1;
    expect(page(0, 100)).toBe(3);
    log.bytes = MAX_PAGE_BYTES + 1;
    expect(page(0, 100)).toBe(1);
  });
});
