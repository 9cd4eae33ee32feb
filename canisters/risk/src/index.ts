import * as canister from './Canister.ts';
import {
  ACCOUNT_VIEW,
  AGENT_VIEW,
  POLICY_CHANGE,
  POLICY_RESULT,
  POLICY_VIEW,
  REPORT_VIEW,
  type PolicyChange,
  type PolicyResult,
} from './KeeperCandid.ts';
import {
  callDirectly,
  IDL,
  init,
  inspectMessage,
  postUpgrade,
  query,
  setTimer,
  update,
  type Principal,
} from './Platform.js';

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

  @init([])
  after_install(): void {
    setTimer(0, () => {
      canister.boot();
    });
  }

  @postUpgrade([])
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
    canister.actOn('set_limits');
  }

  @update([BLOB], BLOB, RAW)
  cancel_pending(): void {
    canister.actOn('cancel_pending');
  }

  @update([BLOB], BLOB, RAW)
  grant(): void {
    canister.actOn('grant');
  }

  @update([BLOB], BLOB, RAW)
  revoke(): void {
    canister.actOn('revoke');
  }

  @update([BLOB], BLOB, RAW)
  rotate(): void {
    canister.actOn('rotate');
  }

  @update([BLOB], BLOB, RAW)
  halt(): void {
    canister.actOn('halt');
  }

  @update([BLOB], BLOB, RAW)
  flatten(): void {
    canister.actOn('flatten');
  }

  @update([BLOB], BLOB, RAW)
  takeover(): void {
    canister.actOn('takeover');
  }

  @update([BLOB], BLOB, RAW)
  release(): void {
    canister.actOn('release');
  }

  @update([BLOB], BLOB, RAW)
  resume(): void {
    canister.actOn('resume');
  }

  @update([BLOB], BLOB, RAW)
  set_mode(): void {
    canister.actOn('set_mode');
  }

  @update([BLOB], BLOB, RAW)
  report(): void {
    canister.actOn('report');
  }

  @update([BLOB], BLOB, RAW)
  resolve(): void {
    canister.actOn('resolve');
  }

  @update([BLOB], BLOB, RAW)
  set_recovery(): void {
    canister.actOn('set_recovery');
  }

  @update([BLOB], BLOB, RAW)
  recover(): void {
    canister.actOn('recover');
  }

  @update([BLOB], BLOB, RAW)
  cancel_recovery(): void {
    canister.actOn('cancel_recovery');
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
    const state = canister.keeper(owner.toUint8Array());
    return state === null ? [] : [state];
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
