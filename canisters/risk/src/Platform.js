/**
 * The one door to azle. azle ships TypeScript sources that do not compile under our compiler settings; behind this
 * plain module (typed in Platform.d.ts) they are bundled but never type-checked, and what we use of azle is in one place.
 */
export {
  canisterCycleBalance,
  certifiedDataSet,
  dataCertificate,
  IDL,
  init,
  inReplicatedExecution,
  inspectMessage,
  isController,
  msgArgData,
  msgMethodName,
  msgReply,
  performanceCounter,
  postUpgrade,
  Principal,
  setTimer,
  StableBTreeMap,
  time,
  trap,
} from 'azle';
import { IDL, Principal, query as azleQuery, update as azleUpdate } from 'azle';

/** The caller's principal, raw: azle's `msgCaller` wraps it in an object that takes longer than a look-up. */
export function msgCallerBytes() {
  return globalThis._azleIc.msgCaller();
}

/** Whether this runs in a canister, and not in the build, which asks the module for its interface. */
export function isOnTheNetwork() {
  return globalThis._azleIcpReplicaWasmEnvironment === true;
}

/**
 * Names a method for azle. In the build that is azle's own decorator, which notes name and types. On the network all that
 * is left of it is the callback, called directly: azle's wrapper is asynchronous and drains the queue of promises for each
 * message, which takes three times the instructions of a tick, and its notes would be made again with each start.
 * `_azleCanisterClassMeta` is no public interface: azle is pinned, and every test of the canister runs through here.
 */
const direct = (decorator) => (parameters, result, options) => {
  if (!isOnTheNetwork()) return decorator(parameters, result, options);
  return (method, context) => {
    context.addInitializer(function () {
      const meta = this.constructor._azleCanisterClassMeta;
      meta.callbacks[String(meta.canisterMethodsIndex++)] = method.bind(this);
    });
  };
};

export const update = direct(azleUpdate);
export const query = direct(azleQuery);

let asked = 0;

/**
 * Asks the network for this canister's status, which a canister may of itself. Through azle's call table directly: its
 * `call` would be compiled with each start. Nothing happens where the call fails.
 */
export function askOwnStatus(onReply) {
  const [resolve, reject] = [`_resolve_status_${asked}`, `_reject_status_${asked++}`];
  const location = { filepath: 'canisters/risk/src/Platform.js', functionName: 'askOwnStatus' };
  const set = (type, payload) => globalThis._azleDispatch({ type, payload, location });
  set('SET_AZLE_RESOLVE_CALLBACK', { globalResolveId: resolve, resolveCallback: onReply });
  set('SET_AZLE_REJECT_CALLBACK', { globalRejectId: reject, rejectCallback: () => undefined });
  const self = Principal.fromUint8Array(globalThis._azleIc.canisterSelf());
  const argument = IDL.encode([IDL.Record({ canister_id: IDL.Principal })], [{ canister_id: self }]);
  globalThis._azleIc.callRaw(resolve, reject, new Uint8Array(0), 'canister_status', argument, '0');
}
