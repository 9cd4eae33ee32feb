/** A served subnet with the two canisters of the benchmark, in a process of its own; says where once it is ready. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Principal } from '@dfinity/principal';
import { IDL } from '@dfinity/candid';
import { IcServer } from '../src/ic/http/IcServer.ts';
import { subnetKeysFromSeed } from '../src/ic/http/SubnetKeys.ts';
import { LocalSubnet } from '../src/ic/LocalSubnet.ts';
import { azleFixture } from '../test/AzleFixture.ts';
import { BENCH_CANISTER } from './BenchCanister.ts';

const subnet = new LocalSubnet();
const keys = await subnetKeysFromSeed(new TextEncoder().encode('bench'));
const deploy = (wasm: Uint8Array): string => {
  const id = subnet.createCanister();
  subnet.installCode(id, wasm, { arg: IDL.encode([], []) });
  return Principal.fromUint8Array(id).toText();
};
const [small, azle] = [deploy(BENCH_CANISTER), deploy(azleFixture('hello'))];
const server = await IcServer.start({ subnet, keys });
process.once('disconnect', () => process.exit(0));
/** Answers nothing at once: what the wire alone costs. */
const echo = createServer((incoming, response) => {
  incoming.resume().once('end', () => response.end());
});
await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
const echoUrl = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
process.send?.({
  url: server.url,
  echoUrl,
  rootKey: Buffer.from(server.rootKey).toString('hex'),
  small,
  azle,
});
