import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { COMMANDS } from '../commands/all.ts';
import type { Complaint } from './Complaint.ts';
import { EXIT } from './ExitCode.ts';
import { runProgram } from './Program.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plm-mistakes-'));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function ran(...args: readonly string[]): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  const code = await runProgram(COMMANDS, args);
  vi.restoreAllMocks();
  return { code, ...written };
}

const MISSING = ['--config', '/nowhere/plimsoll.yaml'];
/** One mistake for each command, that it finds before it asks anybody. */
const MISTAKES: readonly (readonly [string, readonly string[]])[] = [
  ['init', ['init', ...MISSING]],
  ['pair', ['pair', ...MISSING]],
  ['doctor', ['doctor', ...MISSING]],
  ['run', ['run', '--mode', 'paper', ...MISSING]],
  ['enter', ['enter', 'long', '300', ...MISSING]],
  ['status', ['status', ...MISSING]],
  ['halt', ['halt', ...MISSING]],
  ['flatten', ['flatten', ...MISSING]],
  ['resume', ['resume', ...MISSING]],
  ['takeover', ['takeover', ...MISSING]],
  ['confirm', ['confirm', ...MISSING]],
  ['alert', ['alert', 'test', ...MISSING]],
  ['export', ['export', '--out', '/nowhere/out.csv', ...MISSING]],
  ['verify', ['verify', '/nowhere/receipt']],
];

test('every command that a person can get wrong is tried here', () => {
  const names = new Set<string>();
  for (const { register } of COMMANDS)
    register(spied((name) => names.add(name)) as Parameters<typeof register>[0]);
  const tried = [...MISTAKES.map(([name]) => name), 'venues', 'replay'];
  expect([...names].sort()).toEqual([...tried, 'test'].sort());
});

/** A program that notes the names of its commands. */
function spied(note: (name: string) => void): unknown {
  const self: unknown = new Proxy(() => self, {
    get: (_, key) => (key === 'command' ? (name: string) => (note(name), self) : () => self),
  });
  return self;
}

test.each(MISTAKES)('%s: a mistake costs a person one line and a program one object', async (_, args) => {
  const text = await ran(...args);
  expect(text.code).toBe(EXIT.request);
  expect(text.stdout).toBe('');
  expect(text.stderr).toMatch(/^plimsoll: [^\n]+\n$/);
  const json = await ran(...args, '--json');
  expect(json.code).toBe(text.code);
  expect(json.stdout).toBe('');
  const { error } = JSON.parse(json.stderr) as { readonly error: Complaint };
  expect(text.stderr).toBe(`plimsoll: ${error.message}\n`);
  expect(error).toMatchObject({ kind: 'request', exitCode: text.code });
  for (const part of [error.expected, error.got, error.advice]) {
    expect(part).toBeTruthy();
    expect(error.message).toContain(part);
  }
});

test.each([
  [['run', '--json'], /--mode/],
  [['enter', 'up', '5', '--json'], /long, short/],
  [['enter', 'long', '-5', '--json'], /above 0/],
  [['venues', '--notional', 'much', '--json'], /above 0/],
  [['replay', '--json', 'out.json'], /--ic-url/],
  [['no-such', '--json'], /unknown command/],
  [['status', '--no-such', '--json'], /unknown option/],
])('a command line that cannot be read, %j, is told of in JSON too', async (args, what) => {
  const { code, stdout, stderr } = await ran(...args);
  expect(code).toBe(EXIT.request);
  expect(stdout).toBe('');
  const { error } = JSON.parse(stderr) as { readonly error: Complaint };
  expect(error.message).toMatch(what);
  expect(error).toMatchObject({ kind: 'request', exitCode: 2 });
});

test('a configuration with mistakes names each place', async () => {
  const config = join(folder, 'plimsoll.yaml');
  writeFileSync(config, 'network: { urls: [], rootKey: 12ab }\ncanister: nobody\n');
  const { code, stderr } = await ran('status', '--json', '--config', config);
  expect(code).toBe(EXIT.request);
  const { error } = JSON.parse(stderr) as { readonly error: Complaint };
  for (const place of ['network.urls', 'canister', 'owner', 'venue']) expect(error.message).toContain(place);
  expect(error).toMatchObject({ expected: expect.any(String) as string, got: expect.any(String) as string });
});

test('every command has help with an example and its exit codes', async () => {
  for (const name of [...MISTAKES.map(([each]) => each), 'venues', 'replay']) {
    const { code, stdout, stderr } = await ran(name, '--help');
    expect({ code, stderr }).toEqual({ code: EXIT.ok, stderr: '' });
    expect(stdout).toMatch(/Examples?:/);
    expect(stdout).toMatch(/Exit codes: 0 /);
  }
});
