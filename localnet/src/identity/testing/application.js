/* global window */
import { Actor, HttpAgent } from '@dfinity/agent';
import { AuthClient } from '@dfinity/auth-client';
import { Principal } from '@dfinity/principal';

/**
 * A page that signs in as pages do, with the published client and nothing of ours. Tests drive it through `window.app`;
 * it is told where things are by its own address: `?identity=URL&ic=URL&canister=ID&rootKey=HEX`.
 */
const at = new URL(window.location.href).searchParams;
const options = { idleOptions: { disableIdle: true } };
const auth = await AuthClient.create(options);

/** Resolves to `signed in`, or to the reason why not. */
function signIn(maxTimeToLiveNs) {
  return new Promise((resolve) => {
    void auth.login({
      identityProvider: at.get('identity'),
      ...(maxTimeToLiveNs === undefined ? {} : { maxTimeToLive: BigInt(maxTimeToLiveNs) }),
      onSuccess: () => resolve('signed in'),
      onError: (error) => resolve(`refused: ${error}`),
    });
  });
}

/** Who the canister says we are. */
async function whoami() {
  const agent = await HttpAgent.create({
    host: at.get('ic'),
    identity: auth.getIdentity(),
    rootKey: Uint8Array.from(at.get('rootKey').match(/../g), (byte) => Number.parseInt(byte, 16)),
    retryTimes: 0,
  });
  const raw = ({ IDL }) => IDL.Service({ inc: IDL.Func([], [], []) });
  const actor = Actor.createActor(raw, { agent, canisterId: at.get('canister') });
  // An update, verified by its certificate, then a query with a signed answer.
  await Actor.agentOf(actor).call(at.get('canister'), { methodName: 'inc', arg: new Uint8Array(0) });
  const answer = await agent.query(at.get('canister'), { methodName: 'whoami', arg: new Uint8Array(0) });
  return Principal.fromUint8Array(answer.reply.arg).toText();
}

window.app = {
  signIn,
  whoami,
  signOut: () => auth.logout(),
  isSignedIn: () => auth.isAuthenticated(),
  principal: () => auth.getIdentity().getPrincipal().toText(),
  expirationMs: () =>
    Number(auth.getIdentity().getDelegation().delegations[0].delegation.expiration / 1_000_000n),
};
