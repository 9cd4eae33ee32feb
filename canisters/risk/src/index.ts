import { look, warm, wish } from './AgentActs.ts';
import { icTimeMs, MAX_HISTORY_BYTES, perform, performRead } from './Call.ts';
import { certifyAgain } from './Certification.ts';
import { isWorthExecuting } from './Inspection.ts';
import { changeLimits, grant, register, revoke } from './OwnerActs.ts';
import {
  callDirectly,
  IDL,
  inspectMessage,
  msgArgData,
  msgCallerBytes,
  msgMethodName,
  postUpgrade,
  Principal,
  query,
  update,
} from './Platform.js';
import { decodeOwnerArgument, decodeRangeArgument, encodeHeadReply, encodePageReply } from './ReadCandid.ts';
import { grantsOf, headOf, recordsOf } from './Reads.ts';
import { buildInfo } from './BuildInfo.ts';

const BLOB = IDL.Vec(IDL.Nat8);
/** One frame in, one answer out, both as raw bytes: Candid never sees what is inside. */
const RAW = { manual: true } as const;

const ENTRY = IDL.Record({ record: BLOB, frame: BLOB });
const PROOF = IDL.Record({ certificate: BLOB, witness: BLOB, newest: ENTRY });
const STANDING = IDL.Record({ records: IDL.Nat64, pending: IDL.Bool, proof: IDL.Opt(PROOF) });
const PAGE = IDL.Record({ entries: IDL.Vec(ENTRY), standing: STANDING });
const GRANT = IDL.Record({ agent: IDL.Principal, expires_ms: IDL.Nat64 });
const BUILD_INFO = IDL.Record({ engine_version: IDL.Nat16, schema_version: IDL.Nat16 });

const RAW_METHODS = [
  'register',
  'set_limits',
  'grant',
  'revoke',
  'load_history',
  'observe',
  'intent',
  'head',
  'records',
];

/** The methods of the canister. What they mean is said in `risk.did`; what they do, in the modules they call. */
export default class Risk {
  constructor() {
    callDirectly(this, RAW_METHODS);
  }

  @postUpgrade([])
  after_upgrade(): void {
    certifyAgain();
  }

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

  @query([IDL.Principal], IDL.Opt(STANDING), RAW)
  head(): void {
    performRead((argument) =>
      encodeHeadReply(headOf(msgCallerBytes(), decodeOwnerArgument(argument), icTimeMs())),
    );
  }

  @query([IDL.Principal, IDL.Nat64, IDL.Nat32], IDL.Opt(PAGE), RAW)
  records(): void {
    performRead((argument) => {
      const { owner, from, count } = decodeRangeArgument(argument);
      return encodePageReply(recordsOf(msgCallerBytes(), owner, icTimeMs(), from, count));
    });
  }

  @query([IDL.Principal], IDL.Vec(GRANT))
  grants(owner: Principal): { agent: Principal; expires_ms: bigint }[] {
    const granted = grantsOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs());
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
    return isWorthExecuting(msgMethodName(), msgCallerBytes(), msgArgData().length);
  }
}
