/** Speed of the local Internet Computer, to real clients and in process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { IDL } from '@dfinity/candid';
import { LocalSubnet } from '../src/ic/LocalSubnet.ts';
import { azleFixture } from '../test/AzleFixture.ts';
import { SMALL_CANISTER } from '../test/SmallCanister.ts';
import { RawSender, query, rememberingFetch, verifyingAgent } from './Client.ts';
import type { Row } from './Row.ts';
import { interleaved } from './Sample.ts';

interface Address {
  readonly url: string;
  /** A server that answers from memory. */
  readonly memoryUrl: string;
  readonly rootKey: string;
  readonly small: string;
  readonly azle: string;
}

const NODE_FLAGS = ['--stack-size=7600', '--import', 'tsx'];
const IN_PROCESS_MS = 2_000;
const TEXT = IDL.encode([IDL.Text], ['you']);
const NOTHING = IDL.encode([], []);

/** Verified queries and updates of clients in this process, the network in another. */
export async function networkRows(rounds: number): Promise<Row[]> {
  const path = fileURLToPath(new URL('NetworkProcess.ts', import.meta.url));
  const child = fork(path, { execArgv: NODE_FLAGS });
  try {
    const [address] = (await once(child, 'message')) as [Address];
    return [...(await queries(address, rounds)), ...(await updates(address, rounds))];
  } finally {
    child.kill();
  }
}

async function queries({ url, memoryUrl, rootKey, small, azle }: Address, rounds: number): Promise<Row[]> {
  const key = Buffer.from(rootKey, 'hex');
  const real = await verifyingAgent(url, key);
  const alone = await verifyingAgent(url, key, rememberingFetch());
  const wired = await verifyingAgent(memoryUrl, key);
  const sender = new RawSender(url);
  const bodies = Array.from({ length: 2 * rounds }, () => sender.body('query', small, 'nothing'));
  const t = await interleaved(
    {
      whole: () => query(real, small, 'nothing'),
      alone: () => query(alone, small, 'nothing'),
      wired: () => query(wired, small, 'nothing'),
      raw: () => sender.post('query', small, bodies.pop() ?? new Uint8Array(0)),
      azle: () => query(real, azle, 'greet', TEXT),
      azleWired: () => query(wired, azle, 'greet', TEXT),
    },
    rounds,
  );
  sender.close();
  return [
    { name: 'verified query', value: t.whole.p50, unit: 'ms' },
    { name: '  the client alone, its HTTP left out', value: t.alone.p50, unit: 'ms' },
    { name: '  the client and its HTTP, answered from memory', value: t.wired.p50, unit: 'ms' },
    { name: '  the server, its wire included', value: t.raw.p50, unit: 'ms' },
    { name: '  whole / the client and its HTTP', value: t.whole.p10 / t.wired.p10, unit: '×', atMost: 1.25 },
    { name: '  whole / the client alone', value: t.whole.p10 / t.alone.p10, unit: '×' },
    // No server that is reached over HTTP comes below this.
    { name: '  the client and its HTTP / the client alone', value: t.wired.p10 / t.alone.p10, unit: '×' },
    { name: 'verified query of azle (greet)', value: t.azle.p50, unit: 'ms' },
    { name: '  whole / the client and its HTTP', value: t.azle.p10 / t.azleWired.p10, unit: '×' },
  ];
}

async function updates({ url, small, azle }: Address, rounds: number): Promise<Row[]> {
  const sender = new RawSender(url);
  const bodies = (canisterId: string, method: string): Uint8Array[] =>
    Array.from({ length: 2 * rounds }, () => sender.body('call', canisterId, method));
  const [counts, increments] = [bodies(small, 'count'), bodies(azle, 'increment')];
  const next = (list: Uint8Array[]): Uint8Array => list.pop() ?? new Uint8Array(0);
  const t = await interleaved(
    {
      count: () => sender.post('call', small, next(counts)),
      increment: () => sender.post('call', azle, next(increments)),
    },
    rounds,
  );
  sender.close();
  return [
    { name: "small update, the server's share", value: t.count.p50, unit: 'ms', atMost: 8 },
    { name: '  95th percentile', value: t.count.p95, unit: 'ms' },
    { name: "azle update (increment), the server's share", value: t.increment.p50, unit: 'ms' },
  ];
}

/** Updates without HTTP and signatures, one after the other in this process. */
export function volumeRows(): Row[] {
  return [
    { name: 'in process, small updates', value: perSecond(SMALL_CANISTER, 'count'), unit: '/s' },
    { name: 'in process, azle updates', value: perSecond(azleFixture('hello'), 'increment'), unit: '/s' },
  ];
}

function perSecond(wasm: Uint8Array, method: string): number {
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
