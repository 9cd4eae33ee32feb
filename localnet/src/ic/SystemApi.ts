import type { WasmFunctions } from '../wasm/Engine.ts';
import { WasmError } from '../wasm/WasmError.ts';
import { charge, violation } from './ApiHost.ts';
import type { ApiHost, ApiTable } from './ApiHost.ts';
import { callApi } from './CallApi.ts';
import { canisterApi } from './CanisterApi.ts';
import { messageApi } from './MessageApi.ts';
import { fixedOverhead } from './Overhead.ts';
import { allowedKinds, kindName } from './Permission.ts';
import { stableApi } from './StableApi.ts';

/**
 * The `ic0` functions that a module imports, for one canister: each checks that it is allowed in the entry point that
 * runs, then charges its fixed cost, then acts.
 * @throws WasmError when the module imports a function that is not emulated.
 */
export function systemApi(host: ApiHost, imports: readonly string[]): WasmFunctions {
  const table: ApiTable = { ...messageApi(host), ...canisterApi(host), ...callApi(host), ...stableApi(host) };
  const bound: WasmFunctions = {};
  for (const name of imports) {
    const implementation = table[name];
    if (implementation === undefined) throw new WasmError(`the import ic0.${name} is not emulated`);
    bound[name] = guarded(host, name, implementation);
  }
  return bound;
}

function guarded(host: ApiHost, name: string, implementation: (...args: never[]) => unknown) {
  const allowed = allowedKinds(name);
  const overhead = fixedOverhead(name);
  return (...args: never[]): unknown => {
    const { kind } = host.execution;
    if ((allowed & kind) === 0) {
      throw violation(`"ic0_${name}" cannot be executed in ${kindName(kind)} mode`);
    }
    if (overhead > 0) charge(host, overhead);
    return implementation(...args);
  };
}
