import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CANISTER, openHarbour, ROOT, type Harbour } from '../canister/testing/Harbour.ts';
import { toHex } from '../canister/Bytes.ts';
import { EXIT } from '../cli/ExitCode.ts';
import { runProgram } from '../cli/Program.ts';
import { bundleOf, encodeBundle } from '../receipts/Bundle.ts';
import { WHAT_IT_PROVES } from '../receipts/ProofNote.ts';
import { receiptsOf, sail, VOYAGE } from '../verify/testing/Voyage.ts';
import * as verify from './verify.ts';

const ROOT_KEY = toHex(ROOT.der);
let harbour: Harbour;
let directory: string;
let bundleFile: string;
const receiptFile = (name: string): string => join(harbour.directory, name);

beforeAll(async () => {
  harbour = await openHarbour();
  await sail(harbour);
  directory = await mkdtemp(join(tmpdir(), 'verify-'));
  bundleFile = join(directory, 'record.bundle');
  const header = { createdBy: 'test', canisterId: CANISTER, owner: harbour.risk.owner };
  await writeFile(bundleFile, await bundleOf(harbour.log.store, header));
});
afterAll(async () => {
  await harbour.remove();
  await rm(directory, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function plimsoll(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
  const code = await runProgram([verify], args);
  return { code, out, err };
}

/** A file of its own with these bytes. */
async function fileOf(bytes: Uint8Array | string): Promise<string> {
  const file = join(await mkdtemp(join(directory, 'file-')), 'file');
  await writeFile(file, bytes);
  return file;
}

describe('a receipt', () => {
  it('with a plan is told in words, with what a certificate does not prove', async () => {
    const { code, out, err } = await plimsoll(
      'verify',
      receiptFile('000000007-intent.receipt'),
      '--root-key',
      ROOT_KEY,
    );
    expect(err).toBe('');
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^PROVEN: canister \S+ answered intent of \S+ at 20\d\d-/);
    expect(out).toContain('compare it with the canister you expect');
    for (const fact of [
      /leverage at most \d+x \(bound by L_/,
      /size at most [\d.]+ USDT \(bound by N_/,
      /^stop /m,
      /^liquidation /m,
      /^record 5, head [0-9a-f]{64}$/m,
    ]) {
      expect(out).toMatch(fact);
    }
    expect(out).toContain(WHAT_IT_PROVES);
  });

  it('is given as JSON with the same facts', async () => {
    const { out } = await plimsoll(
      'verify',
      receiptFile('000000005-observe.receipt'),
      '--root-key',
      ROOT_KEY,
      '--canister',
      CANISTER.toText(),
      '--json',
    );
    expect(JSON.parse(out)).toMatchObject({
      isProven: true,
      kind: 'receipt',
      method: 'observe',
      answer: 'tick',
      canisterId: CANISTER.toText(),
      sequence: 4,
      decision: { action: expect.any(String) as string },
      note: WHAT_IT_PROVES,
    });
  });

  it.each([
    ['000000000-register.receipt', 'record 0, head '],
    ['000000006-observe.receipt', 'refused (request/stale-feed): '],
  ])('%s is told too', async (name, fact) => {
    const { code, out } = await plimsoll('verify', receiptFile(name), '--root-key', ROOT_KEY);
    expect(code).toBe(EXIT.ok);
    expect(out).toContain(fact);
  });

  it('under another root key, of another canister or with a byte changed is not proven, in one line', async () => {
    const file = receiptFile('000000004-observe.receipt');
    const changed = (await receiptsOf(harbour))[4]!.bytes.slice();
    changed[changed.length - 40]! ^= 1;
    for (const args of [
      [file],
      [file, '--root-key', ROOT_KEY, '--canister', 'aaaaa-aa'],
      [await fileOf(changed), '--root-key', ROOT_KEY],
    ]) {
      const { code, out, err } = await plimsoll('verify', ...args);
      expect(code).toBe(EXIT.notProven);
      expect(out).toBe('');
      expect(err).toMatch(/^plimsoll: NOT PROVEN \([a-z-]+\): [^\n]*\n$/);
    }
  });
});

describe('a bundle', () => {
  it('is told with its counts', async () => {
    const rootKeyFile = await fileOf(`${ROOT_KEY}\n`);
    const { code, out } = await plimsoll(
      'verify',
      bundleFile,
      '--root-key',
      rootKeyFile,
      '--canister',
      CANISTER.toText(),
    );
    expect(code).toBe(EXIT.ok);
    expect(out).toContain(`PROVEN: ${VOYAGE.records} records of canister ${CANISTER.toText()}`);
    expect(out).toContain(`replayed ${VOYAGE.decisions} decisions`);
    expect(out).toContain('not that the inputs are true');
    expect(out).not.toContain('compare it');
  });

  it('is given as JSON, with every signature on request', async () => {
    const { out } = await plimsoll(
      'verify',
      bundleFile,
      '--root-key',
      await fileOf(ROOT.der),
      '--json',
      '--every-signature',
    );
    expect(JSON.parse(out)).toMatchObject({ isProven: true, kind: 'bundle', ...VOYAGE, signatures: 11 });
  });

  it('with a record missing is not proven and says where', async () => {
    const list = (await receiptsOf(harbour)).map(({ bytes }) => bytes);
    list.splice(3, 1);
    const file = await fileOf(
      encodeBundle(
        { createdBy: '', canisterId: CANISTER, owner: harbour.risk.owner },
        list.map((receipt) => ({ receipt })),
      ),
    );
    const { code, out, err } = await plimsoll('verify', file, '--root-key', ROOT_KEY, '--json');
    expect(code).toBe(EXIT.notProven);
    expect(JSON.parse(out)).toMatchObject({
      isProven: false,
      reason: 'sequence-gap',
      receipt: 3,
      sequence: 2,
    });
    expect(JSON.parse(err)).toMatchObject({
      error: {
        kind: 'notProven',
        exitCode: EXIT.notProven,
        message: expect.stringMatching(/^NOT PROVEN \(sequence-gap\) at receipt 3: /) as string,
      },
    });
  });
});

describe("a person's mistake", () => {
  it.each([
    ['no file', ['verify', 'no-such-file'], 'no-such-file'],
    ['no argument', ['verify'], 'missing required argument'],
    ['an unknown option', ['verify', 'x', '--rootkey', 'y'], '--root-key'],
    ['an unknown command', ['verfy'], 'verify'],
    ['a canister id that is none', ['verify', 'package.json', '--canister', 'nonsense'], '--canister'],
    [
      'a root key that is none',
      ['verify', 'package.json', '--root-key', 'package.json'],
      '--root-key package.json',
    ],
    ['a file of another kind', ['verify', 'package.json'], 'receipt'],
  ])('(%s) costs one message that says what was expected, and exit code 2', async (_, args, said) => {
    const { code, out, err } = await plimsoll(...args);
    expect(code).toBe(EXIT.request);
    expect(out).toBe('');
    expect(err).toContain(said);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it('a bundle that breaks off is one', async () => {
    const { code, err } = await plimsoll(
      'verify',
      await fileOf(Uint8Array.of(0x1f, 0x8b, 8)),
      '--root-key',
      ROOT_KEY,
    );
    expect(code).toBe(EXIT.request);
    expect(err).toContain('truncated');
  });

  it('help shows an example and the exit codes', async () => {
    const { code, out } = await plimsoll('verify', '--help');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('plimsoll verify record.bundle');
    expect(out).toContain('Exit codes');
  });
});

it('the program itself ends with the exit code', async () => {
  const program = fileURLToPath(new URL('../../bin/plimsoll.mjs', import.meta.url));
  const runCli = (...args: string[]): Promise<unknown> =>
    promisify(execFile)(process.execPath, [program, ...args]).catch((error: unknown) => error);
  expect(await runCli('verify', bundleFile, '--root-key', ROOT_KEY)).toMatchObject({
    stderr: '',
    stdout: expect.stringContaining('PROVEN') as string,
  });
  expect(await runCli('verify', bundleFile)).toMatchObject({ code: EXIT.notProven, stdout: '' });
});
