import * as canister from './Canister.ts';
import { callDirectly, IDL, init, inspectMessage, postUpgrade, query, setTimer, update } from './Platform.js';
import type { PolicyChange, PolicyResult } from './KeeperCandid.ts';
import type { Principal } from './Platform.js';
import {
  ACCOUNT_VIEW,
  AGENT_VIEW,
  POLICY_CHANGE,
  POLICY_RESULT,
  POLICY_VIEW,
  REPORT_VIEW,
} from './ViewTypes.ts';

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
  'set_limits',
  'cancel_pending',
  'grant',
  'revoke',
  'rotate',
  'halt',
  'flatten',
  'takeover',
  'release',
  'resume',
  'set_mode',
  'report',
  'resolve',
  'set_recovery',
  'recover',
  'cancel_recovery',
  'load_history',
  'observe',
  'intent',
  'head',
  'records',
];

/** The methods of the canister. What they mean is said in `risk.did`; what they do, behind `Canister`. */
export default class Risk {
  constructor() {
    callDirectly(this, RAW_METHODS);
  }

  @init([], RAW)
  after_install(): void {
    setTimer(0, () => {
      canister.boot();
    });
  }

  @postUpgrade([], RAW)
  after_upgrade(): void {
    canister.afterUpgrade();
    setTimer(0, () => {
      canister.boot();
    });
  }

  @update([BLOB], BLOB, RAW)
  register(): void {
    canister.register();
  }

  @update([BLOB], BLOB, RAW)
  set_limits(): void {
    canister.actOnRules('set_limits');
  }

  @update([BLOB], BLOB, RAW)
  cancel_pending(): void {
    canister.actOnRules('cancel_pending');
  }

  @update([BLOB], BLOB, RAW)
  grant(): void {
    canister.actOnRules('grant');
  }

  @update([BLOB], BLOB, RAW)
  revoke(): void {
    canister.actOnRules('revoke');
  }

  @update([BLOB], BLOB, RAW)
  rotate(): void {
    canister.actOnRules('rotate');
  }

  @update([BLOB], BLOB, RAW)
  halt(): void {
    canister.actOnRules('halt');
  }

  @update([BLOB], BLOB, RAW)
  flatten(): void {
    canister.actOnRules('flatten');
  }

  @update([BLOB], BLOB, RAW)
  takeover(): void {
    canister.actOnRules('takeover');
  }

  @update([BLOB], BLOB, RAW)
  release(): void {
    canister.actOnRules('release');
  }

  @update([BLOB], BLOB, RAW)
  resume(): void {
    canister.actOnRules('resume');
  }

  @update([BLOB], BLOB, RAW)
  set_mode(): void {
    canister.actOnRules('set_mode');
  }

  @update([BLOB], BLOB, RAW)
  report(): void {
    canister.actOnRules('report');
  }

  @update([BLOB], BLOB, RAW)
  resolve(): void {
    canister.actOnRules('resolve');
  }

  @update([BLOB], BLOB, RAW)
  set_recovery(): void {
    canister.actOnRules('set_recovery');
  }

  @update([BLOB], BLOB, RAW)
  recover(): void {
    canister.actOnRules('recover');
  }

  @update([BLOB], BLOB, RAW)
  cancel_recovery(): void {
    canister.actOnRules('cancel_recovery');
  }

  @update([BLOB], BLOB, RAW)
  load_history(): void {
    canister.loadHistory();
  }

  @update([BLOB], BLOB, RAW)
  observe(): void {
    canister.observe();
  }

  @update([BLOB], BLOB, RAW)
  intent(): void {
    canister.intent();
  }

  @query([IDL.Principal], IDL.Opt(STANDING), RAW)
  head(): void {
    canister.head();
  }

  @query([IDL.Principal, IDL.Nat64, IDL.Nat32], IDL.Opt(PAGE), RAW)
  records(): void {
    canister.records();
  }

  @query([IDL.Principal], IDL.Opt(BLOB))
  keeper(owner: Principal): [Uint8Array] | [] {
    return canister.keeper(owner.toUint8Array());
  }

  @query([IDL.Principal], IDL.Vec(AGENT_VIEW))
  agents(owner: Principal): unknown[] {
    return canister.agents(owner.toUint8Array());
  }

  @query([IDL.Principal], IDL.Vec(ACCOUNT_VIEW))
  portfolio(owner: Principal): unknown[] {
    return canister.portfolio(owner.toUint8Array());
  }

  @query([IDL.Principal], IDL.Vec(REPORT_VIEW))
  reports(owner: Principal): unknown[] {
    return canister.reports(owner.toUint8Array());
  }

  @update([POLICY_CHANGE], POLICY_RESULT)
  set_policy(change: PolicyChange): PolicyResult {
    return canister.setPolicy(change);
  }

  @query([], POLICY_VIEW)
  policy(): unknown {
    return canister.policy();
  }

  @query([], BUILD_INFO)
  build_info(): { engine_version: number; schema_version: number } {
    return canister.buildInfo();
  }

  @inspectMessage(RAW)
  inspect(): boolean {
    return canister.inspect();
  }
}
