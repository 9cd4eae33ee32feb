import { look, warm, wish } from './AgentActs.ts';
import { KEEPER_METHODS } from '@plimsoll/engine';
import { icTimeMs, MAX_HISTORY_BYTES, perform, performRead } from './Call.ts';
import { certifyAgain } from './Certification.ts';
import { isWorthExecuting } from './Inspection.ts';
import { actOnRules } from './KeeperActs.ts';
import {
  encodeAccountView,
  encodeAgentView,
  encodePolicyView,
  encodeReportView,
  POLICY_CHANGE,
  POLICY_RESULT,
  POLICY_VIEW,
  ACCOUNT_VIEW,
  AGENT_VIEW,
  REPORT_VIEW,
  type PolicyChange,
  type PolicyResult,
} from './KeeperCandid.ts';
import { agentsOf, keeperOf, portfolioOf, reportsOf } from './KeeperReads.ts';
import { changePolicy } from './ControllerActs.ts';
import { register } from './Registration.ts';
import type { Principal } from './Platform.js';
import {
  callDirectly,
  IDL,
  inspectMessage,
  msgArgData,
  msgCallerBytes,
  msgMethodName,
  postUpgrade,
  query,
  update,
} from './Platform.js';
import { decodeOwnerArgument, decodeRangeArgument, encodeHeadReply, encodePageReply } from './ReadCandid.ts';
import { headOf, recordsOf } from './Reads.ts';
import { buildInfo } from './BuildInfo.ts';

const BLOB = IDL.Vec(IDL.Nat8);
/** One frame in, one answer out, both as raw bytes: Candid never sees what is inside. */
const RAW = { manual: true } as const;

const ENTRY = IDL.Record({ record: BLOB, frame: BLOB });
const PROOF = IDL.Record({ certificate: BLOB, witness: BLOB, newest: ENTRY });
const STANDING = IDL.Record({ records: IDL.Nat64, pending: IDL.Bool, proof: IDL.Opt(PROOF) });
const PAGE = IDL.Record({ entries: IDL.Vec(ENTRY), standing: STANDING });
const BUILD_INFO = IDL.Record({ engine_version: IDL.Nat16, schema_version: IDL.Nat16 });

const RAW_METHODS = [
  'register',
  ...Object.keys(KEEPER_METHODS),
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
    perform(actOnRules('set_limits'));
  }

  @update([BLOB], BLOB, RAW)
  cancel_pending(): void {
    perform(actOnRules('cancel_pending'));
  }

  @update([BLOB], BLOB, RAW)
  grant(): void {
    perform(actOnRules('grant'));
  }

  @update([BLOB], BLOB, RAW)
  revoke(): void {
    perform(actOnRules('revoke'));
  }

  @update([BLOB], BLOB, RAW)
  rotate(): void {
    perform(actOnRules('rotate'));
  }

  @update([BLOB], BLOB, RAW)
  halt(): void {
    perform(actOnRules('halt'));
  }

  @update([BLOB], BLOB, RAW)
  flatten(): void {
    perform(actOnRules('flatten'));
  }

  @update([BLOB], BLOB, RAW)
  takeover(): void {
    perform(actOnRules('takeover'));
  }

  @update([BLOB], BLOB, RAW)
  release(): void {
    perform(actOnRules('release'));
  }

  @update([BLOB], BLOB, RAW)
  resume(): void {
    perform(actOnRules('resume'));
  }

  @update([BLOB], BLOB, RAW)
  set_mode(): void {
    perform(actOnRules('set_mode'));
  }

  @update([BLOB], BLOB, RAW)
  report(): void {
    perform(actOnRules('report'));
  }

  @update([BLOB], BLOB, RAW)
  resolve(): void {
    perform(actOnRules('resolve'));
  }

  @update([BLOB], BLOB, RAW)
  set_recovery(): void {
    perform(actOnRules('set_recovery'));
  }

  @update([BLOB], BLOB, RAW)
  recover(): void {
    perform(actOnRules('recover'));
  }

  @update([BLOB], BLOB, RAW)
  cancel_recovery(): void {
    perform(actOnRules('cancel_recovery'));
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

  @query([IDL.Principal], IDL.Opt(BLOB))
  keeper(owner: Principal): [Uint8Array] | [] {
    const state = keeperOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs());
    return state === null ? [] : [state];
  }

  @query([IDL.Principal], IDL.Vec(AGENT_VIEW))
  agents(owner: Principal): unknown[] {
    return agentsOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs()).map(encodeAgentView);
  }

  @query([IDL.Principal], IDL.Vec(ACCOUNT_VIEW))
  portfolio(owner: Principal): unknown[] {
    return portfolioOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs()).map(encodeAccountView);
  }

  @query([IDL.Principal], IDL.Vec(REPORT_VIEW))
  reports(owner: Principal): unknown[] {
    return reportsOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs()).map(encodeReportView);
  }

  @update([POLICY_CHANGE], POLICY_RESULT)
  set_policy(change: PolicyChange): PolicyResult {
    return changePolicy(msgCallerBytes(), change);
  }

  @query([], POLICY_VIEW)
  policy(): unknown {
    return encodePolicyView();
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
