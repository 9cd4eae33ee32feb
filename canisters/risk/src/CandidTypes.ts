import type { IDL as Candid } from '@dfinity/candid';

/** To name a record's fields takes a hash of each several times over: a type is made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => (made ??= make());
}

/**
 * The Candid types of everything but frames and answers, for whichever copy of Candid's library is at hand: azle's in
 * the canister, the client's in tests. Views for display are texts and numbers that any tool shows as they are.
 */
export function candidTypes(IDL: typeof Candid) {
  const BLOB = IDL.Vec(IDL.Nat8);
  const ENTRY = once(() => IDL.Record({ record: BLOB, frame: BLOB }));
  const PROOF = once(() => IDL.Record({ certificate: BLOB, witness: BLOB, newest: ENTRY() }));
  const STANDING = once(() => IDL.Record({ records: IDL.Nat64, pending: IDL.Bool, proof: IDL.Opt(PROOF()) }));
  const PAGE = once(() => IDL.Record({ entries: IDL.Vec(ENTRY()), standing: STANDING() }));
  const CHECKPOINT = once(() => IDL.Record({ sequence: IDL.Nat64, ic_time_ms: IDL.Nat64, parts: IDL.Nat8 }));
  const KEPT = once(() => IDL.Record({ first_record: IDL.Nat64, checkpoints: IDL.Vec(CHECKPOINT()) }));
  const STATE_PART = once(() => IDL.Record({ key: IDL.Nat8, bytes: BLOB }));
  const BUILD_INFO = once(() =>
    IDL.Record({
      engine_version: IDL.Nat16,
      schema_version: IDL.Nat16,
      git_commit: IDL.Text,
      engine_hash: IDL.Text,
    }),
  );
  const HEADERS = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
  const HTTP_REQUEST = once(() =>
    IDL.Record({ method: IDL.Text, url: IDL.Text, headers: HEADERS, body: BLOB }),
  );
  const HTTP_RESPONSE = once(() => IDL.Record({ status_code: IDL.Nat16, headers: HEADERS, body: BLOB }));

  const AGENT_VIEW = once(() =>
    IDL.Record({
      agent: IDL.Principal,
      account: IDL.Nat8,
      scopes: IDL.Vec(IDL.Text),
      expires_ms: IDL.Nat64,
      revoked_ms: IDL.Opt(IDL.Nat64),
      last_relay_ms: IDL.Opt(IDL.Nat64),
      lease_until_ms: IDL.Opt(IDL.Nat64),
      silent: IDL.Bool,
    }),
  );

  const MARKET_VIEW = once(() =>
    IDL.Record({
      market: IDL.Nat8,
      symbol: IDL.Text,
      halted: IDL.Bool,
      flattening: IDL.Bool,
      manual: IDL.Bool,
      side: IDL.Int8,
      quantity: IDL.Float64,
      entry_price: IDL.Float64,
      mark_price: IDL.Float64,
    }),
  );

  const ACCOUNT_VIEW = once(() =>
    IDL.Record({
      account: IDL.Nat8,
      venue: IDL.Text,
      kind: IDL.Text,
      mode: IDL.Text,
      mode_since_ms: IDL.Nat64,
      decisions_in_mode: IDL.Nat32,
      plans_in_mode: IDL.Nat32,
      halted: IDL.Bool,
      manual: IDL.Bool,
      breaker: IDL.Opt(IDL.Text),
      breaker_until_ms: IDL.Opt(IDL.Nat64),
      cool_until_ms: IDL.Opt(IDL.Nat64),
      feed_time_ms: IDL.Nat64,
      equity_usdt: IDL.Float64,
      peak_usdt: IDL.Float64,
      day_start_usdt: IDL.Float64,
      losses_in_a_row: IDL.Nat32,
      gross_usdt: IDL.Float64,
      net_usdt: IDL.Float64,
      unrealised_usdt: IDL.Float64,
      unattended_since_ms: IDL.Opt(IDL.Nat64),
      markets: IDL.Vec(MARKET_VIEW()),
    }),
  );

  const DECIDED = once(() =>
    IDL.Record({
      action: IDL.Text,
      reason: IDL.Text,
      side: IDL.Int8,
      target_quantity: IDL.Float64,
      stop_price: IDL.Float64,
      reference_price: IDL.Opt(IDL.Float64),
    }),
  );

  const DEPARTURE = once(() =>
    IDL.Record({
      side: IDL.Int8,
      expected_quantity: IDL.Float64,
      filled_quantity: IDL.Float64,
      expected_price: IDL.Float64,
      mean_price: IDL.Float64,
      cost_bps: IDL.Float64,
      delay_ms: IDL.Int64,
    }),
  );

  const REPORT_VIEW = once(() =>
    IDL.Record({
      sequence: IDL.Nat64,
      ic_time_ms: IDL.Nat64,
      account: IDL.Nat8,
      market: IDL.Nat8,
      kind: IDL.Text,
      code: IDL.Text,
      open: IDL.Bool,
      time_ms: IDL.Nat64,
      side: IDL.Int8,
      quantity: IDL.Float64,
      price: IDL.Float64,
      decision: IDL.Nat64,
      decided: IDL.Opt(DECIDED()),
      departure: IDL.Opt(DEPARTURE()),
    }),
  );

  const REGISTRATION = once(() => IDL.Variant({ closed: IDL.Null, invite: IDL.Null, open: IDL.Null }));

  const HASHES = IDL.Vec(IDL.Vec(IDL.Nat8));

  const POLICY_CHANGE = once(() =>
    IDL.Record({
      registration: IDL.Opt(REGISTRATION()),
      add_invites: HASHES,
      remove_invites: HASHES,
      owner_updates_per_day: IDL.Opt(IDL.Nat64),
      owner_instructions_per_day: IDL.Opt(IDL.Nat64),
      instructions_per_day: IDL.Opt(IDL.Nat64),
      retention_days: IDL.Opt(IDL.Nat16),
    }),
  );

  const POLICY_RESULT = once(() => IDL.Variant({ ok: IDL.Null, err: IDL.Text }));

  const POLICY_VIEW = once(() =>
    IDL.Record({
      registration: REGISTRATION(),
      invites_waiting: IDL.Nat32,
      owner_updates_per_day: IDL.Nat64,
      owner_instructions_per_day: IDL.Nat64,
      instructions_per_day: IDL.Nat64,
      retention_days: IDL.Nat16,
    }),
  );

  return {
    BLOB,
    get STANDING() {
      return STANDING();
    },
    get PAGE() {
      return PAGE();
    },
    get KEPT() {
      return KEPT();
    },
    get STATE_PART() {
      return STATE_PART();
    },
    get BUILD_INFO() {
      return BUILD_INFO();
    },
    get HTTP_REQUEST() {
      return HTTP_REQUEST();
    },
    get HTTP_RESPONSE() {
      return HTTP_RESPONSE();
    },
    get AGENT_VIEW() {
      return AGENT_VIEW();
    },
    get ACCOUNT_VIEW() {
      return ACCOUNT_VIEW();
    },
    get REPORT_VIEW() {
      return REPORT_VIEW();
    },
    get POLICY_CHANGE() {
      return POLICY_CHANGE();
    },
    get POLICY_RESULT() {
      return POLICY_RESULT();
    },
    get POLICY_VIEW() {
      return POLICY_VIEW();
    },
  };
}
