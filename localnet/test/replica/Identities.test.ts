import { HttpAgent, type Identity } from '@dfinity/agent';
import { DelegationChain, DelegationIdentity, ECDSAKeyIdentity, Ed25519KeyIdentity } from '@dfinity/identity';
import { Principal } from '@dfinity/principal';
import { Secp256k1KeyIdentity } from '@icp-sdk/core/identity/secp256k1';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { certifiedCall } from './CertifiedCall.ts';
import { OTHER_CANISTER, startReplica, type Replica } from './Replica.ts';

const NOTHING = new Uint8Array(0);

let net: Replica;
let canisterId: Principal;
beforeAll(async () => {
  net = await startReplica();
  canisterId = Principal.fromText(net.canisterId);
});
afterAll(() => net.close());

function agent(identity?: Identity): HttpAgent {
  const { url: host, rootKey } = net;
  return HttpAgent.createSync({ host, rootKey, retryTimes: 0, ...(identity && { identity }) });
}

/** What an identity is known as at the canister, asked by a query and by an update. */
async function whoami(identity?: Identity): Promise<string> {
  const client = agent(identity);
  const asked = await client.query(canisterId, { methodName: 'whoami', arg: NOTHING });
  const reply = await certifiedCall(net, client, 'whoami');
  expect(asked).toMatchObject({ status: 'replied', reply: { arg: reply } });
  return Principal.fromUint8Array(reply).toText();
}

describe('an identity', () => {
  it.each([
    ['Ed25519', async () => Ed25519KeyIdentity.generate()],
    ['ECDSA P-256', async () => ECDSAKeyIdentity.generate()],
    ['ECDSA secp256k1', async () => Secp256k1KeyIdentity.generate() as unknown as Identity],
  ])('%s is who it says it is', async (_, generate) => {
    const identity = await generate();
    expect(await whoami(identity)).toBe(identity.getPrincipal().toText());
  });

  it('without a key is anonymous', async () => {
    expect(await whoami()).toBe('2vxsx-fae');
  });

  it('delegated over two sessions of different curves is the principal at the root of the chain', async () => {
    const [owner, middle, session] = [
      Ed25519KeyIdentity.generate(),
      await ECDSAKeyIdentity.generate(),
      Ed25519KeyIdentity.generate(),
    ];
    const first = await DelegationChain.create(owner, middle.getPublicKey(), inMinutes(10));
    const chain = await DelegationChain.create(middle, session.getPublicKey(), inMinutes(5), {
      previous: first,
      targets: [canisterId],
    });
    const identity = DelegationIdentity.fromDelegation(session, chain);
    expect(await whoami(identity)).toBe(owner.getPrincipal().toText());
  });

  it('with a delegation expired, for another canister, or forged, is refused in queries and updates', async () => {
    // The client tells the console of each refusal that this test provokes.
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const [owner, session, thief] = [1, 2, 3].map(() => Ed25519KeyIdentity.generate()) as [
      Ed25519KeyIdentity,
      Ed25519KeyIdentity,
      Ed25519KeyIdentity,
    ];
    const delegated = async (minutes: number, targets?: Principal[], key = session) =>
      DelegationIdentity.fromDelegation(
        key,
        await DelegationChain.create(
          owner,
          session.getPublicKey(),
          inMinutes(minutes),
          targets && { targets },
        ),
      );
    const forged = await DelegationChain.create(thief, session.getPublicKey(), inMinutes(5));
    const claimed = DelegationChain.fromDelegations(forged.delegations, owner.getPublicKey().toDer());
    for (const identity of [
      await delegated(-10),
      await delegated(5, [Principal.fromText(OTHER_CANISTER)]),
      await delegated(5, undefined, thief),
      DelegationIdentity.fromDelegation(session, claimed),
    ]) {
      const request = { methodName: 'whoami', arg: NOTHING };
      await expect(agent(identity).query(canisterId, request)).rejects.toThrow(/Code: 400|\b400\b/);
      await expect(agent(identity).call(canisterId, request)).rejects.toThrow(/Code: 400|\b400\b/);
    }
    warn.mockRestore();
    expect(await whoami(await delegated(5, [canisterId]))).toBe(owner.getPrincipal().toText());
  });
});

function inMinutes(minutes: number): Date {
  return new Date(Date.now() + minutes * 60_000);
}
