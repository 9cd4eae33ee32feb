import { Principal } from '@dfinity/principal';
import { utf8 } from '../Bytes.ts';
import { IcServer, type IcServerOptions } from '../IcServer.ts';
import { subnetKeysFromSeed, type SubnetKeys } from '../SubnetKeys.ts';
import { FakeSubnet, fakeCanisterId } from './FakeSubnet.ts';

/** A served fake subnet with canisters 0 and 1. Its rounds end only when messages come, unless told otherwise. */
export interface TestNetwork {
  readonly subnet: FakeSubnet;
  readonly keys: SubnetKeys;
  readonly server: IcServer;
  readonly canisterId: Principal;
  readonly otherCanisterId: Principal;
}

export async function startTestNetwork(options: Partial<IcServerOptions> = {}): Promise<TestNetwork> {
  const subnet = new FakeSubnet();
  const metadata = new Map([
    ['candid:service', { isPublic: true, content: utf8('service : {}') }],
    ['secret', { isPublic: false, content: utf8('for controllers') }],
  ]);
  subnet.install(fakeCanisterId(0), { controllers: [Uint8Array.of(1, 2, 3)], metadata });
  subnet.install(fakeCanisterId(1));
  const keys = await subnetKeysFromSeed(utf8('test network'));
  const server = await IcServer.start({ subnet, keys, roundIntervalMs: 0, ...options });
  return {
    subnet,
    keys,
    server,
    canisterId: Principal.fromUint8Array(fakeCanisterId(0)),
    otherCanisterId: Principal.fromUint8Array(fakeCanisterId(1)),
  };
}

/** The little-endian counter that `inc` and `read` answer with. */
export function counterOf(reply: Uint8Array): number {
  return new DataView(reply.buffer, reply.byteOffset).getUint32(0, true);
}
