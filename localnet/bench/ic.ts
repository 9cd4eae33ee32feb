/** Speed of the local Internet Computer: `node --import tsx localnet/bench/ic.ts [--json] [--rounds N]`. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { IDL } from '@dfinity/candid';
import { LocalSubnet } from '../src/ic/LocalSubnet.ts';
import { azleFixture } from '../test/AzleFixture.ts';
import { BENCH_CANISTER } from './BenchCanister.ts';
import { RawSender, query, rememberingFetch, roundTrip, verifyingAgent } from './Client.ts';
import { interleaved, sampleOf } from './Sample.ts';

interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The bound it is held to; undefined for what is only reported. */
  readonly atMost?: number;
}

interface Address {
  readonly url: string;
  /** A server that answers nothing. */
  readonly echoUrl: string;
  readonly rootKey: string;
  readonly small: string;
  readonly azle: string;
}

const NODE_FLAGS = ['--stack-size=7600', '--import', 'tsx'];
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IN_PROCESS_MS = 2_000;
const STARTS = 5;
const TEXT = IDL.encode([IDL.Text], ['you']);
const NOTHING = IDL.encode([], []);

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name);
  if (at < 0) return fallback;
  const value = Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${name}: expected a whole number from 1, got ${process.argv[at + 1] ?? 'none'}`);
  return value;
}

async function queries({ url, echoUrl, rootKey, small, azle }: Address, rounds: number): Promise<Row[]> {
  const key = Buffer.from(rootKey, 'hex');
  const [real, own] = await Promise.all([
    verifyingAgent(url, key),
    verifyingAgent(url, key, rememberingFetch()),
  ]);
  const [whole, client, wire, wholeAzle, clientAzle] = await interleaved(
    [
      () => query(real, small, 'nothing'),
      () => query(own, small, 'nothing'),
      () => roundTrip(echoUrl),
      () => query(real, azle, 'greet', TEXT),
      () => query(own, azle, 'greet', TEXT),
    ],
    rounds,
    Math.ceil(rounds / 4),
  );
  if (!whole || !client || !wire || !wholeAzle || !clientAzle) throw new Error('expected five samples');
  return [
    { name: 'verified query', value: whole.p50, unit: 'ms' },
    { name: "  the client's own signing and verifying", value: client.p50, unit: 'ms' },
    { name: '  ratio', value: whole.p50 / client.p50, unit: '×', atMost: 1.25 },
    { name: '  an empty HTTP round trip of this client', value: wire.p50, unit: 'ms' },
    { name: '  ratio to both', value: whole.p50 / (client.p50 + wire.p50), unit: '×' },
    { name: 'verified query of azle (greet)', value: wholeAzle.p50, unit: 'ms' },
    { name: '  ratio', value: wholeAzle.p50 / clientAzle.p50, unit: '×' },
  ];
}

async function updates({ url, small, azle }: Address, rounds: number): Promise<Row[]> {
  const sender = new RawSender(url);
  const measured = async (canisterId: string, method: string) => {
    const warmUp = Math.ceil(rounds / 4);
    const bodies = Array.from({ length: rounds + warmUp }, () => sender.body('call', canisterId, method));
    const times: number[] = [];
    for (const [i, body] of bodies.entries()) {
      const startMs = performance.now();
      await sender.post('call', canisterId, body);
      if (i >= warmUp) times.push(performance.now() - startMs);
    }
    return sampleOf(times);
  };
  try {
    const [count, increment] = [await measured(small, 'count'), await measured(azle, 'increment')];
    return [
      { name: "small update, the server's share", value: count.p50, unit: 'ms', atMost: 8 },
      { name: '  95th percentile', value: count.p95, unit: 'ms' },
      { name: "azle update (increment), the server's share", value: increment.p50, unit: 'ms' },
    ];
  } finally {
    sender.close();
  }
}

/** From the start of the process to its line of JSON. */
async function starts(command: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const startMs = performance.now();
    const child = spawn(
      process.execPath,
      [...command, '--json', '--port', '0', '--exchange-port', '0', '--identity-port', '0'],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    times.push(performance.now() - startMs);
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  return sampleOf(times).p50;
}

function inProcess(wasm: Uint8Array, method: string): number {
  const subnet = new LocalSubnet();
  const id = subnet.createCanister();
  subnet.installCode(id, wasm, { arg: NOTHING });
  const startMs = performance.now();
  let messages = 0;
  while (performance.now() - startMs < IN_PROCESS_MS) {
    const { result } = subnet.callUpdate(id, method, NOTHING);
    if (result.status !== 'replied') throw new Error(result.rejectMessage);
    messages++;
  }
  return (messages / (performance.now() - startMs)) * 1000;
}

async function main(): Promise<void> {
  const rounds = option('--rounds', 200);
  const child = fork(fileURLToPath(new URL('IcProcess.ts', import.meta.url)), { execArgv: NODE_FLAGS });
  const rows: Row[] = [];
  try {
    const [address] = (await once(child, 'message')) as [Address];
    rows.push(...(await queries(address, rounds)), ...(await updates(address, rounds)));
  } finally {
    child.kill();
  }
  rows.push({
    name: 'start to ready',
    value: await starts(['--stack-size=7600', 'localnet/start.mjs']),
    unit: 'ms',
    atMost: 1000,
  });
  rows.push({ name: 'in process, small updates', value: inProcess(BENCH_CANISTER, 'count'), unit: '/s' });
  rows.push({
    name: 'in process, azle updates',
    value: inProcess(azleFixture('hello'), 'increment'),
    unit: '/s',
  });
  print(rows);
  if (rows.some(({ value, atMost }) => atMost !== undefined && value > atMost)) process.exitCode = 1;
}

function print(rows: readonly Row[]): void {
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(rows));
    return;
  }
  for (const { name, value, unit, atMost } of rows) {
    const bound = atMost === undefined ? '' : `  (at most ${atMost}: ${value <= atMost ? 'kept' : 'BROKEN'})`;
    console.log(`${name.padEnd(46)} ${value.toFixed(value < 100 ? 2 : 0).padStart(8)} ${unit}${bound}`);
  }
}

await main();
