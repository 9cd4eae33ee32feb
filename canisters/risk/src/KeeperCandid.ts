import type { AccountState } from '@plimsoll/engine';
import type { AccountView, AgentView, ReportView } from './KeeperReads.ts';
import { IDL, Principal } from './Platform.js';
import { countInvites, policy, type Registration } from './Policy.ts';

/* Candid of the reads for display and of the controller's act: texts and numbers that any tool shows as they are. */

export const AGENT_VIEW = IDL.Record({
  agent: IDL.Principal,
  account: IDL.Nat8,
  scopes: IDL.Vec(IDL.Text),
  expires_ms: IDL.Nat64,
  revoked_ms: IDL.Opt(IDL.Nat64),
  last_relay_ms: IDL.Opt(IDL.Nat64),
  lease_until_ms: IDL.Opt(IDL.Nat64),
  silent: IDL.Bool,
});

export function encodeAgentView(view: AgentView): unknown {
  return {
    agent: Principal.fromUint8Array(view.agent),
    account: view.account,
    scopes: [...view.scopes],
    expires_ms: BigInt(view.expiresMs),
    revoked_ms: optionalTime(view.revokedMs),
    last_relay_ms: optionalTime(view.lastMs),
    lease_until_ms: optionalTime(view.leaseUntilMs),
    silent: view.isSilent,
  };
}

const MARKET_VIEW = IDL.Record({
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

export const ACCOUNT_VIEW = IDL.Record({
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
  markets: IDL.Vec(MARKET_VIEW),
});

export function encodeAccountView({ account, grossUsdt, netUsdt, unrealisedUsdt }: AccountView): unknown {
  return {
    account: account.account,
    venue: account.venue,
    kind: account.kind,
    mode: account.mode,
    mode_since_ms: BigInt(account.modeSinceMs),
    decisions_in_mode: account.decisions,
    plans_in_mode: account.plans,
    halted: account.halted,
    manual: account.manual,
    breaker: account.breaker === null ? [] : [account.breaker],
    breaker_until_ms: optionalTime(account.breakerUntilMs),
    cool_until_ms: optionalTime(account.coolUntilMs),
    feed_time_ms: BigInt(account.timeMs),
    equity_usdt: account.equityUsdt,
    peak_usdt: account.peakUsdt,
    day_start_usdt: account.dayStartUsdt,
    losses_in_a_row: account.losses,
    gross_usdt: grossUsdt,
    net_usdt: netUsdt,
    unrealised_usdt: unrealisedUsdt,
    markets: account.markets.map(encodeMarket),
  };
}

function encodeMarket(market: AccountState['markets'][number]): unknown {
  const { market: number, symbol, halted, flattening, manual, side, quantity } = market;
  const prices = { entry_price: market.entryPrice, mark_price: market.markPrice };
  return { market: number, symbol, halted, flattening, manual, side, quantity, ...prices };
}

const DECIDED = IDL.Record({
  action: IDL.Text,
  reason: IDL.Text,
  side: IDL.Int8,
  target_quantity: IDL.Float64,
  stop_price: IDL.Float64,
  reference_price: IDL.Opt(IDL.Float64),
});

export const REPORT_VIEW = IDL.Record({
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

export function encodeReportView({ report, isOpen, decided }: ReportView): unknown {
  return {
    sequence: BigInt(report.sequence),
    ic_time_ms: BigInt(report.icTimeMs),
    account: report.place.account,
    market: report.place.market,
    kind: report.report,
    code: report.code,
    open: isOpen,
    time_ms: BigInt(report.timeMs),
    side: report.side,
    quantity: report.quantity,
    price: report.price,
    decision: BigInt(report.decision),
    decided:
      decided === null
        ? []
        : [
            {
              action: decided.action,
              reason: decided.reason,
              side: decided.side,
              target_quantity: decided.targetQuantity,
              stop_price: decided.stopPrice,
              reference_price: decided.plan === null ? [] : [decided.plan.referencePrice],
            },
          ],
  };
}

const REGISTRATION = IDL.Variant({ closed: IDL.Null, invite: IDL.Null, open: IDL.Null });
const HASHES = IDL.Vec(IDL.Vec(IDL.Nat8));

export const POLICY_CHANGE = IDL.Record({
  registration: IDL.Opt(REGISTRATION),
  add_invites: HASHES,
  remove_invites: HASHES,
  owner_updates_per_day: IDL.Opt(IDL.Nat64),
  owner_instructions_per_day: IDL.Opt(IDL.Nat64),
  instructions_per_day: IDL.Opt(IDL.Nat64),
});

export interface PolicyChange {
  readonly registration: [] | [Partial<Record<Registration, null>>];
  readonly add_invites: readonly Uint8Array[];
  readonly remove_invites: readonly Uint8Array[];
  readonly owner_updates_per_day: [] | [bigint];
  readonly owner_instructions_per_day: [] | [bigint];
  readonly instructions_per_day: [] | [bigint];
}

export const POLICY_RESULT = IDL.Variant({ ok: IDL.Null, err: IDL.Text });
export type PolicyResult = { readonly ok: null } | { readonly err: string };

export const POLICY_VIEW = IDL.Record({
  registration: REGISTRATION,
  invites_waiting: IDL.Nat32,
  owner_updates_per_day: IDL.Nat64,
  owner_instructions_per_day: IDL.Nat64,
  instructions_per_day: IDL.Nat64,
});

export function encodePolicyView(): unknown {
  const { registration, ownerUpdatesPerDay, ownerInstructionsPerDay, instructionsPerDay } = policy();
  return {
    registration: { [registration]: null },
    invites_waiting: countInvites(),
    owner_updates_per_day: BigInt(ownerUpdatesPerDay),
    owner_instructions_per_day: BigInt(ownerInstructionsPerDay),
    instructions_per_day: BigInt(instructionsPerDay),
  };
}

function optionalTime(timeMs: number): [] | [bigint] {
  return timeMs === 0 ? [] : [BigInt(timeMs)];
}
