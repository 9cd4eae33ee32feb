/**
 * What the server costs where the canister costs nothing: `npx tsx localnet/src/ic/http/IcServer.bench.ts`.
 * Requests are signed beforehand and answers are not verified, so that the time is the server's and the wire's.
 */
import { encodeWithSelfDescribedTag } from '@dfinity/cbor';
import { Agent, request } from 'node:http';
import { utf8 } from './Bytes.ts';
import { hashOf } from './HashTree.ts';
import { StateTree } from './StateTree.ts';
import { rawKey, signed, type Content } from './testing/RawClient.ts';
import { startTestNetwork } from './testing/TestNetwork.ts';

const REQUESTS = 1000;
const WARM_UP = 200;
const STATUSES = 2000;

const net = await startTestNetwork({ roundIntervalMs: 500 });
const connections = new Agent({ keepAlive: true, maxSockets: 16 });
const key = rawKey();
let nonce = 0;

function envelope(request_type: string, method_name: string): Uint8Array {
  const content: Content = {
    request_type,
    canister_id: net.canisterId.toUint8Array(),
    method_name,
    arg: new Uint8Array(100),
    sender: key.sender,
    ingress_expiry: net.subnet.timeNs() + 240_000_000_000n,
    nonce: utf8(`${nonce++}`),
  };
  return encodeWithSelfDescribedTag(signed(content, key));
}

function post(path: string, body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: net.server.port, path, method: 'POST', agent: connections },
      (response) => {
        if (response.statusCode !== 200) reject(new Error(`expected 200, got ${response.statusCode}`));
        response.resume().once('end', resolve);
      },
    );
    sent.once('error', reject).end(body);
  });
}

function percentile(sorted: readonly number[], share: number): string {
  return sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(2);
}

async function measure(
  name: string,
  version: string,
  type: string,
  method: string,
  parallel: number,
): Promise<void> {
  const path = `/api/${version}/canister/${net.canisterId.toText()}/${type}`;
  const bodies = Array.from({ length: WARM_UP + REQUESTS }, () => envelope(type, method));
  for (const body of bodies.splice(0, WARM_UP)) await post(path, body);
  const timesMs: number[] = [];
  const startMs = performance.now();
  const worker = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const sentMs = performance.now();
      await post(path, body);
      timesMs.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  const perSecond = (REQUESTS / (performance.now() - startMs)) * 1000;
  timesMs.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(34)} p50 ${percentile(timesMs, 0.5)} ms  p95 ${percentile(timesMs, 0.95)} ms  ${perSecond.toFixed(0)}/s`,
  );
}

await measure('query, signed, sequential', 'v3', 'query', 'echo', 1);
await measure('query, signed, 16 parallel', 'v3', 'query', 'echo', 16);
await measure('query with data certificate', 'v3', 'query', 'certified', 1);
net.subnet.forget();
await measure('update v4, sequential', 'v4', 'call', 'inc', 1);
await measure('update v4, 16 parallel', 'v4', 'call', 'inc', 16);

net.subnet.forget();
const state = new StateTree(net.subnet, net.keys);
for (let n = 0; n < STATUSES; n++) submit();
net.subnet.tick();
hashOf(state.current());
const roundsMs: number[] = [];
for (let round = 0; round < 300; round++) {
  submit();
  net.subnet.tick();
  const startMs = performance.now();
  hashOf(state.current());
  roundsMs.push(performance.now() - startMs);
}
roundsMs.sort((a, b) => a - b);
console.log(
  `${`state tree, ${STATUSES} statuses, 1 new`.padEnd(34)} p50 ${percentile(roundsMs, 0.5)} ms  p95 ${percentile(roundsMs, 0.95)} ms`,
);
const signMs = performance.now();
for (let n = 0; n < 200; n++) net.keys.root.sign(utf8(`${n}`));
console.log(`${'BLS signature'.padEnd(34)} ${((performance.now() - signMs) / 200).toFixed(2)} ms`);

connections.destroy();
await net.server.close();

function submit(): void {
  const requestId = crypto.getRandomValues(new Uint8Array(32));
  net.subnet.submit({
    requestId,
    sender: key.sender,
    canisterId: net.canisterId.toUint8Array(),
    method: 'echo',
    arg: utf8('x'),
  });
}
