/** A served subnet with the two canisters of the benchmark, in a process of its own; says where once it is ready. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Principal } from '@dfinity/principal';
import { IDL } from '@dfinity/candid';
import { IcServer } from '../src/ic/http/IcServer.ts';
import { subnetKeysFromSeed } from '../src/ic/http/SubnetKeys.ts';
import { LocalSubnet } from '../src/ic/LocalSubnet.ts';
import { azleFixture } from '../test/AzleFixture.ts';
import { SMALL_CANISTER } from '../test/SmallCanister.ts';

const subnet = new LocalSubnet();
const keys = await subnetKeysFromSeed(new TextEncoder().encode('bench'));
const deploy = (wasm: Uint8Array): string => {
  const id = subnet.createCanister();
  subnet.installCode(id, wasm, { arg: IDL.encode([], []) });
  return Principal.fromUint8Array(id).toText();
};
const [small, azle] = [deploy(SMALL_CANISTER), deploy(azleFixture('hello'))];
const server = await IcServer.start({ subnet, keys });
process.once('disconnect', () => process.exit(0));

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const answers = new Map<string, Answer>();

/** Asks the network once for each body, and after that answers from memory: what a client and the wire alone cost. */
async function remembered(path: string, body: Buffer): Promise<Answer> {
  const key = `${path} ${body.toString('latin1')}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const response = await fetch(server.url + path, { method: 'POST', body });
  const answer = { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
  answers.set(key, answer);
  return answer;
}

const memory = createServer((incoming, response) => {
  const parts: Buffer[] = [];
  incoming.on('data', (part: Buffer) => parts.push(part));
  incoming.once('end', () => {
    void remembered(incoming.url ?? '', Buffer.concat(parts)).then(({ status, body }) =>
      response
        .writeHead(status, { 'content-type': 'application/cbor', 'content-length': body.length })
        .end(body),
    );
  });
});
await new Promise<void>((resolve) => memory.listen(0, '127.0.0.1', resolve));
const memoryUrl = `http://127.0.0.1:${(memory.address() as AddressInfo).port}`;
process.send?.({
  url: server.url,
  memoryUrl,
  rootKey: Buffer.from(server.rootKey).toString('hex'),
  small,
  azle,
});
