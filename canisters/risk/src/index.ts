import * as canister from './Canister.ts';
import {
  callDirectly,
  IDL,
  init,
  inspectMessage,
  postUpgrade,
  Principal,
  query,
  setTimer,
  update,
} from './Platform.js';

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
    canister.setLimits();
  }

  @update([BLOB], BLOB, RAW)
  grant(): void {
    canister.grant();
  }

  @update([BLOB], BLOB, RAW)
  revoke(): void {
    canister.revoke();
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

  @query([IDL.Principal], IDL.Vec(GRANT))
  grants(owner: Principal): { agent: Principal; expires_ms: bigint }[] {
    return canister.grants(owner.toUint8Array()).map(({ agent, expiresMs }) => ({
      agent: Principal.fromUint8Array(agent),
      expires_ms: BigInt(expiresMs),
    }));
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
