import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Principal } from '@icp-sdk/core/principal';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { CANISTER, openHarbour, ROOT, type Harbour } from '../canister/testing/Harbour.ts';
import { toHex } from '../canister/Bytes.ts';
import { runProgram } from '../cli/Program.ts';
import { registerSecret } from '../credentials/Redaction.ts';
import { Journal } from '../journal/Journal.ts';
import { sail, VOYAGE } from '../verify/testing/Voyage.ts';
import * as exportCommand from './export.ts';
import * as verify from './verify.ts';

let harbour: Harbour;
let folder: string;
let state: string;
let owner: string;

beforeAll(async () => {
  harbour = await openHarbour();
  await sail(harbour);
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-export-'));
  state = join(folder, 'state');
  await mkdir(state);
  await symlink(harbour.directory, join(state, 'receipts'));
  owner = Principal.fromUint8Array(harbour.risk.owner).toText();
  const journal = new Journal(join(state, 'journal.sqlite'), () => Date.UTC(2026, 0, 2));
  const fill = { id: '7', venueOrderId: '9', side: 'buy', quantity: 3, price: 4.5, feeUsdt: null } as const;
  journal.recordFills([{ ...fill, realizedUsdt: -0.25, timeMs: Date.UTC(2026, 0, 1) }]);
  journal.event('alarm', 'x', '=HYPERLINK("http://evil"), a "quoted", comma\nand line');
  registerSecret('secret-in-the-journal');
  journal.event('info', 'y', 'said secret-in-the-journal');
  journal.close();
});

afterAll(async () => {
  await harbour.remove();
  await rm(folder, { recursive: true });
});
afterEach(() => vi.restoreAllMocks());

async function plimsoll(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  const code = await runProgram([exportCommand, verify], args);
  return { code, out, err };
}

let files = 0;
const write = async (...args: string[]) => {
  const path = join(folder, `out-${String((files += 1))}`);
  const told = await plimsoll('export', '--state', state, '--out', path, ...args);
  return { ...told, path, text: await readFile(path, 'utf8').catch(() => null) };
};

test('every decision on record is a line of CSV with units in its header and times in UTC', async () => {
  const { code, text, out, path } = await write('--table', 'decisions');
  expect(code).toBe(0);
  const [header, ...rows] = text!.trimEnd().split('\r\n');
  expect(header!.split(',').slice(0, 3)).toEqual(['market_time_utc', 'asked_by', 'action']);
  for (const name of header!.split(',')) {
    if (/price/.test(name)) expect(name).toMatch(/_usdt$/);
    if (/time/.test(name)) expect(name).toMatch(/_utc$/);
  }
  expect(rows).toHaveLength(VOYAGE.decisions);
  for (const row of rows)
    expect(row).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,(observe|intent),[A-Z]+,/);
  expect(text).not.toMatch(/Infinity|NaN|undefined/);
  expect(out).toContain(createHash('sha256').update(text!).digest('hex'));
  expect(out).toContain(`sha256sum ${path}`);
});

test('JSON lines say the same under the same names', async () => {
  const csv = await write('--table', 'decisions');
  const jsonl = await write('--table', 'decisions', '--format', 'jsonl');
  const rows = jsonl
    .text!.trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows).toHaveLength(VOYAGE.decisions);
  expect(Object.keys(rows[0]!)).toEqual(csv.text!.split('\r\n')[0]!.split(','));
  expect(typeof rows[0]!['mark_price_usdt']).toBe('number');
});

test('what is not known is empty, not 0, and no cell is a formula or a secret', async () => {
  const { text: fills } = await write('--table', 'fills');
  expect(fills!.split('\r\n')[1]).toBe('2026-01-01T00:00:00.000Z,7,9,buy,3,4.5,,-0.25');
  const { text: events } = await write('--table', 'events');
  expect(events).toContain(`"'=HYPERLINK(""http://evil""), a ""quoted"", comma\nand line"`);
  expect(events).not.toContain('secret-in-the-journal');
  const { text: orders } = await write('--table', 'orders');
  expect(orders!.trimEnd().split('\r\n')).toHaveLength(1);
});

test('the bundle is what the printed command proves', async () => {
  const { code, out, path } = await write('--format', 'bundle', '--owner', owner, '--json');
  expect(code).toBe(0);
  const told = JSON.parse(out) as { sha256: string; receipts: number; verify: string };
  expect(told.sha256).toBe(
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  );
  expect(told.verify).toContain(`plimsoll verify ${path} --canister ${CANISTER.toText()}`);
  const verified = await plimsoll(
    'verify',
    path,
    '--canister',
    CANISTER.toText(),
    '--root-key',
    toHex(ROOT.der),
  );
  expect(verified.code).toBe(0);
});

test('nothing is half written, replaced unasked, or written from nothing', async () => {
  const before = (await readdir(folder)).sort();
  const taken = join(folder, 'taken');
  await writeFile(taken, 'mine');
  const refusals = [
    await plimsoll('export', '--state', state, '--out', taken),
    await plimsoll('export', '--state', join(folder, 'absent'), '--out', join(folder, 'a')),
    await plimsoll('export', '--state', folder, '--out', join(folder, 'b')),
    await plimsoll('export', '--state', folder, '--table', 'fills', '--out', join(folder, 'c')),
    await plimsoll('export', '--state', state, '--out', join(folder, 'no', 'such', 'folder')),
    await plimsoll(
      'export',
      '--state',
      state,
      '--format',
      'bundle',
      '--owner',
      'nobody',
      '--out',
      join(folder, 'd'),
    ),
    await plimsoll('export', '--state', state, '--table', 'secrets', '--out', join(folder, 'e')),
    await plimsoll('export', '--config', join(folder, 'absent.yaml'), '--out', join(folder, 'f')),
  ];
  for (const { code, err } of refusals) {
    expect(code).toBe(2);
    expect(err.split('\n').filter((line) => line !== '' && !line.startsWith('(')).length).toBe(1);
  }
  expect(await readFile(taken, 'utf8')).toBe('mine');
  expect((await readdir(folder)).sort()).toEqual([...before, 'taken'].sort());
  expect((await plimsoll('export', '--state', state, '--out', taken, '--force')).code).toBe(0);
});

test('a receipt that is damaged stops the export before anything stands under its name', async () => {
  const damaged = join(folder, 'damaged');
  await mkdir(join(damaged, 'receipts'), { recursive: true });
  await writeFile(join(damaged, 'receipts', '000000000-observe.receipt'), 'not a receipt');
  const path = join(folder, 'from-damaged');
  const { code, err } = await plimsoll('export', '--state', damaged, '--out', path);
  expect([code, err]).toEqual([2, expect.stringContaining('000000000-observe.receipt')]);
  expect((await readdir(folder)).filter((name) => name.includes('from-damaged'))).toEqual([]);
});

test('an agent that holds the journal goes on writing while it is exported', async () => {
  const live = join(folder, 'held');
  await mkdir(live);
  const journal = new Journal(join(live, 'journal.sqlite'));
  journal.event('info', 'a', 'before');
  const path = join(folder, 'from-held');
  const args = ['export', '--state', live, '--table', 'events', '--out', path, '--force'];
  expect((await plimsoll(...args)).code).toBe(0);
  journal.event('info', 'b', 'after');
  expect((await plimsoll(...args)).code).toBe(0);
  expect((await readFile(path, 'utf8')).match(/before|after/g)).toEqual(['before', 'after']);
  journal.close();
});

test('exporting takes nothing from an agent that is writing', async () => {
  const live = join(folder, 'live');
  await mkdir(join(live, 'receipts'), { recursive: true });
  await writeFile(join(live, 'receipts', '000000000-observe.receipt.part'), 'being written');
  await plimsoll('export', '--state', live, '--out', join(folder, 'from-live'));
  expect(await readdir(join(live, 'receipts'))).toEqual(['000000000-observe.receipt.part']);
});
