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
  query,
  setTimer,
  StableBTreeMap,
  time,
  trap,
  update,
} from 'azle';

/** The caller's principal, raw: azle's `msgCaller` wraps it in an object that takes longer than a look-up. */
export function msgCallerBytes() {
  return globalThis._azleIc.msgCaller();
}

/**
 * Has azle call raw methods directly. Its own wrapper is asynchronous and drains the queue of promises for each message,
 * which takes three times the instructions of a tick. `_azleCanisterClassMeta` is no public interface: azle is pinned, and
 * a test compares what both ways answer and cost.
 *
 * @param canister the instance being constructed, whose raw methods neither take nor return anything
 * @param names of its raw methods
 */
export function callDirectly(canister, names) {
  const meta = canister.constructor._azleCanisterClassMeta;
  if (meta === undefined) return;
  for (const { name, index } of [...meta.methodMeta.updates, ...meta.methodMeta.queries]) {
    if (names.includes(name)) meta.callbacks[index] = canister[name].bind(canister);
  }
}
