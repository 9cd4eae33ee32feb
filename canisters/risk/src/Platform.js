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
import { query as azleQuery, update as azleUpdate } from 'azle';

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
