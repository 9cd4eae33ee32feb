import { look, warm, wish } from './AgentActs.ts';
import { callerBytes, icTimeMs, MAX_HISTORY_BYTES, perform } from './Call.ts';
import { isWorthExecuting } from './Inspection.ts';
import { changeLimits, grant, register, revoke } from './OwnerActs.ts';
import { IDL, inspectMessage, msgArgData, msgMethodName, Principal, query, update } from './Platform.js';
import { buildInfo, grantsOf, headOf, recordsOf } from './Reads.ts';

const BLOB = IDL.Vec(IDL.Nat8);
/** One frame in, one answer out, both as raw bytes: Candid never sees what is inside. */
const RAW = { manual: true } as const;

const HEAD = IDL.Record({ sequence: IDL.Nat64, head: BLOB, limits_version: IDL.Nat32 });
const GRANT = IDL.Record({ agent: IDL.Principal, expires_ms: IDL.Nat64 });
const BUILD_INFO = IDL.Record({ engine_version: IDL.Nat16, schema_version: IDL.Nat16 });

/** The methods of the canister. What they mean is said in `risk.did`; what they do, in the modules they call. */
export default class Risk {
  @update([BLOB], BLOB, RAW)
  register(): void {
    perform(register);
  }

  @update([BLOB], BLOB, RAW)
  set_limits(): void {
    perform(changeLimits);
  }

  @update([BLOB], BLOB, RAW)
  grant(): void {
    perform(grant);
  }

  @update([BLOB], BLOB, RAW)
  revoke(): void {
    perform(revoke);
  }

  @update([BLOB], BLOB, RAW)
  load_history(): void {
    perform(warm, MAX_HISTORY_BYTES);
  }

  @update([BLOB], BLOB, RAW)
  observe(): void {
    perform(look);
  }

  @update([BLOB], BLOB, RAW)
  intent(): void {
    perform(wish);
  }

  @query([IDL.Principal], IDL.Opt(HEAD))
  head(owner: Principal): [{ sequence: bigint; head: Uint8Array; limits_version: number }] | [] {
    const head = headOf(callerBytes(), owner.toUint8Array(), icTimeMs());
    if (head === null) return [];
    return [{ sequence: BigInt(head.sequence), head: head.head, limits_version: head.limitsVersion }];
  }

  @query([IDL.Principal, IDL.Nat64, IDL.Nat32], IDL.Vec(BLOB))
  records(owner: Principal, from: bigint, count: number): Uint8Array[] {
    return recordsOf(callerBytes(), owner.toUint8Array(), icTimeMs(), Number(from), count);
  }

  @query([IDL.Principal], IDL.Vec(GRANT))
  grants(owner: Principal): { agent: Principal; expires_ms: bigint }[] {
    const granted = grantsOf(callerBytes(), owner.toUint8Array(), icTimeMs());
    return granted.map(({ agent, expiresMs }) => ({
      agent: Principal.fromUint8Array(agent),
      expires_ms: BigInt(expiresMs),
    }));
  }

  @query([], BUILD_INFO)
  build_info(): { engine_version: number; schema_version: number } {
    return buildInfo();
  }

  @inspectMessage(RAW)
  inspect(): boolean {
    return isWorthExecuting(msgMethodName(), callerBytes(), msgArgData().length);
  }
}
