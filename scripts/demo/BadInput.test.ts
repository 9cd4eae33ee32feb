import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const BAR_MS = 300_000;
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bad-input-'));
const out = join(folder, 'out.json');
const runs = join(folder, 'runs');

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const HEADER = 'timestamp_ms,open,high,low,close,volume';
const START = Date.UTC(2024, 0, 1);

/** A file of flat, valid bars with some lines replaced (counted from 1, the header's). */
function candles(name: string, bars: number, changed: Readonly<Record<number, string>> = {}): string {
  const lines = [HEADER];
  for (let i = 0; i < bars; i++) lines.push(`${START + i * BAR_MS},10,10.01,9.99,10,100`);
  for (const [line, text] of Object.entries(changed)) lines[Number(line) - 1] = text;
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const good = candles('good.csv', 2_900);
const leader = candles('leader.csv', 2_900);

async function start(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly errors: string[] }> {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'scripts', 'start.mjs'), '--headless', '--json', out, '--state', runs, ...args],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, errors: text.split('\n').filter((line) => line.trim() !== '') };
}

const time = (bars: number): string => String(START + bars * BAR_MS);

test.each<[string, readonly string[], RegExp]>([
  [
    'an unreadable file',
    ['--market', join(folder, 'none.csv'), '--leader', leader],
    /none\.csv: expected a readable file/,
  ],
  [
    'bars out of order',
    ['--market', candles('order.csv', 50, { 9: `${time(3)},10,10,10,10,1` }), '--leader', leader],
    /order\.csv line 9: expected a time after/,
  ],
  [
    'high below low',
    ['--market', candles('high.csv', 50, { 7: `${time(5)},10,9,11,10,1` }), '--leader', leader],
    /high\.csv line 7: expected .*high/,
  ],
  [
    'a price that is no number',
    ['--market', candles('nan.csv', 50, { 7: `${time(5)},10,NaN,9,10,1` }), '--leader', leader],
    /nan\.csv line 7: expected/,
  ],
  [
    'a missing column',
    ['--market', candles('column.csv', 50, { 1: 'timestamp_ms,open,high,low,volume' }), '--leader', leader],
    /column\.csv line 1: expected columns .*without close/,
  ],
  ['a leader without a market', ['--leader', leader], /--market and --leader together/],
  [
    'a date outside the recording',
    ['--market', good, '--leader', leader, '--from', '2025-01-01'],
    /--from: expected a time within the recording/,
  ],
  [
    'a date that is none',
    ['--market', good, '--leader', leader, '--from', 'yesterday'],
    /--from: expected a date/,
  ],
  [
    'too few bars to warm up on',
    ['--market', good, '--leader', leader, '--from', '2024-01-10T23:20Z'],
    /expected 2880 bars of warm-up .* got 2872 \(8 are missing\)/,
  ],
  ['an unknown flag', ['--leverage', '50'], /unknown option '--leverage'/],
  ['a span that is none', ['--enter-every', '7x'], /--enter-every: expected a span/],
])('%s: one clear line, a failing exit code, nothing written', async (_name, args, line) => {
  const { code, errors } = await start(...args);
  expect(errors.join('\n')).toMatch(line);
  expect(errors.filter((text) => line.test(text))).toHaveLength(1);
  expect(errors.join('\n')).not.toMatch(/\n\s+at /);
  expect(code).not.toBe(0);
  expect(existsSync(out)).toBe(false);
  expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([]);
});

test('a port in use is named, with what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  try {
    const { code, errors } = await start('--port', String(port));
    expect(errors.join('\n')).toMatch(new RegExp(`Port ${port} .* in use: .* choose another port`));
    expect(code).not.toBe(0);
  } finally {
    server.close();
  }
});

test('a list of entries that leaves the played bars is refused by line', async () => {
  const entries = join(folder, 'entries.csv');
  writeFileSync(entries, `timestamp_ms,side\n${time(2_885)},long\n${time(9_999)},long\n`);
  const { code, errors } = await start('--market', good, '--leader', leader, '--entries', entries);
  expect(errors.join('\n')).toMatch(/entries\.csv line 3: expected a bar that is played/);
  expect(code).not.toBe(0);
  expect(existsSync(out)).toBe(false);
});
