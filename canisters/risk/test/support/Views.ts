import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';

/* The interface as a client that has only risk.did would write it. */

const OPT_TIME = IDL.Opt(IDL.Nat64);

const AGENT = IDL.Record({
  agent: IDL.Principal,
  account: IDL.Nat8,
  scopes: IDL.Vec(IDL.Text),
  expires_ms: IDL.Nat64,
  revoked_ms: OPT_TIME,
  last_relay_ms: OPT_TIME,
  lease_until_ms: OPT_TIME,
  silent: IDL.Bool,
});

export interface AgentRow {
  readonly agent: Principal;
  readonly account: number;
  readonly scopes: readonly string[];
  readonly expires_ms: bigint;
  readonly revoked_ms: [] | [bigint];
  readonly last_relay_ms: [] | [bigint];
  readonly lease_until_ms: [] | [bigint];
  readonly silent: boolean;
}

const MARKET = IDL.Record({
  market: IDL.Nat8,
  symbol: IDL.Text,
  halted: IDL.Bool,
  flattening: IDL.Bool,
  manual: IDL.Bool,
  side: IDL.Int8,
  quantity: IDL.Float64,
  entry_price: IDL.Float64,
  mark_price: IDL.Float64,
});

const ACCOUNT = IDL.Record({
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
  breaker_until_ms: OPT_TIME,
  cool_until_ms: OPT_TIME,
  feed_time_ms: IDL.Nat64,
  equity_usdt: IDL.Float64,
  peak_usdt: IDL.Float64,
  day_start_usdt: IDL.Float64,
  losses_in_a_row: IDL.Nat32,
  gross_usdt: IDL.Float64,
  net_usdt: IDL.Float64,
  unrealised_usdt: IDL.Float64,
  markets: IDL.Vec(MARKET),
});

export interface AccountRow {
  readonly account: number;
  readonly kind: string;
  readonly mode: string;
  readonly halted: boolean;
  readonly breaker: [] | [string];
  readonly gross_usdt: number;
  readonly net_usdt: number;
  readonly equity_usdt: number;
  readonly decisions_in_mode: number;
  readonly markets: readonly { readonly symbol: string; readonly side: number; readonly halted: boolean }[];
}

const DECIDED = IDL.Record({
  action: IDL.Text,
  reason: IDL.Text,
  side: IDL.Int8,
  target_quantity: IDL.Float64,
  stop_price: IDL.Float64,
  reference_price: IDL.Opt(IDL.Float64),
});

const REPORT = IDL.Record({
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
  decided: IDL.Opt(DECIDED),
});

export interface ReportRow {
  readonly sequence: bigint;
  readonly kind: string;
  readonly code: string;
  readonly open: boolean;
  readonly quantity: number;
  readonly decision: bigint;
  readonly decided: [] | [{ readonly action: string; readonly target_quantity: number }];
}

export const VIEWS = { agents: AGENT, portfolio: ACCOUNT, reports: REPORT } as const;

const REGISTRATION = IDL.Variant({ closed: IDL.Null, invite: IDL.Null, open: IDL.Null });

const POLICY_CHANGE = IDL.Record({
  registration: IDL.Opt(REGISTRATION),
  add_invites: IDL.Vec(IDL.Vec(IDL.Nat8)),
  remove_invites: IDL.Vec(IDL.Vec(IDL.Nat8)),
  owner_updates_per_day: OPT_TIME,
  owner_instructions_per_day: OPT_TIME,
  instructions_per_day: OPT_TIME,
});

export const POLICY_RESULT = IDL.Variant({ ok: IDL.Null, err: IDL.Text });
export type PolicyResult = { readonly ok: null } | { readonly err: string };

/** What a test changes of the policy. */
export interface PolicyChange {
  readonly registration?: 'closed' | 'invite' | 'open';
  readonly addInvites?: readonly Uint8Array[];
  readonly removeInvites?: readonly Uint8Array[];
  readonly ownerUpdatesPerDay?: bigint;
  readonly ownerInstructionsPerDay?: bigint;
  readonly instructionsPerDay?: bigint;
}

export function encodePolicyChange(change: PolicyChange): Uint8Array {
  const optional = <T>(value: T | undefined): [] | [T] => (value === undefined ? [] : [value]);
  const kind = change.registration;
  return IDL.encode(
    [POLICY_CHANGE],
    [
      {
        registration: kind === undefined ? [] : [{ [kind]: null }],
        add_invites: change.addInvites ?? [],
        remove_invites: change.removeInvites ?? [],
        owner_updates_per_day: optional(change.ownerUpdatesPerDay),
        owner_instructions_per_day: optional(change.ownerInstructionsPerDay),
        instructions_per_day: optional(change.instructionsPerDay),
      },
    ],
  );
}
