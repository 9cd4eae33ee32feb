import type { HttpAgent } from '@icp-sdk/core/agent';
import type { Principal } from '@icp-sdk/core/principal';
import { decodeKeeper, type Keeper } from '@plimsoll/engine';
import { ProofError } from '@plimsoll/proof';
import { queryOwner } from './queryOwner.ts';
import {
  blob,
  bool,
  double,
  int64,
  list,
  nat32,
  nat64,
  nat8,
  optional,
  principal,
  record,
  side,
  text,
  type ReadAs,
  type Readable,
} from './Readable.ts';

/*
 * What an owner, and whoever has a grant of theirs, sees of rules, agents, accounts and reports. One node says so, nothing
 * of it is certified: it is for display and for warnings, and nothing is entered or closed for it. What is to be proven is
 * proven by the log. To anyone else the canister shows nothing. Meanings of the fields: `canisters/risk/risk.did`.
 */

export const AGENT_VIEW = record({
  agent: principal,
  account: nat8,
  scopes: list(text),
  expires_ms: nat64,
  revoked_ms: optional(nat64),
  last_relay_ms: optional(nat64),
  lease_until_ms: optional(nat64),
  silent: bool,
});
export type AgentView = ReadAs<typeof AGENT_VIEW>;

const MARKET_VIEW = record({
  market: nat8,
  symbol: text,
  halted: bool,
  flattening: bool,
  manual: bool,
  side,
  quantity: double,
  entry_price: double,
  mark_price: double,
});

export const ACCOUNT_VIEW = record({
  account: nat8,
  venue: text,
  kind: text,
  mode: text,
  mode_since_ms: nat64,
  decisions_in_mode: nat32,
  plans_in_mode: nat32,
  halted: bool,
  manual: bool,
  breaker: optional(text),
  breaker_until_ms: optional(nat64),
  cool_until_ms: optional(nat64),
  feed_time_ms: nat64,
  equity_usdt: double,
  peak_usdt: double,
  day_start_usdt: double,
  losses_in_a_row: nat32,
  gross_usdt: double,
  net_usdt: double,
  unrealised_usdt: double,
  unattended_since_ms: optional(nat64),
  markets: list(MARKET_VIEW),
});
export type AccountView = ReadAs<typeof ACCOUNT_VIEW>;

const DECIDED = record({
  action: text,
  reason: text,
  side,
  target_quantity: double,
  stop_price: double,
  reference_price: optional(double),
});

const DEPARTURE = record({
  side,
  expected_quantity: double,
  filled_quantity: double,
  expected_price: double,
  mean_price: double,
  cost_bps: double,
  delay_ms: int64,
});

export const REPORT_VIEW = record({
  sequence: nat64,
  ic_time_ms: nat64,
  account: nat8,
  market: nat8,
  kind: text,
  code: text,
  open: bool,
  time_ms: nat64,
  side,
  quantity: double,
  price: double,
  decision: nat64,
  decided: optional(DECIDED),
  departure: optional(DEPARTURE),
});
export type ReportView = ReadAs<typeof REPORT_VIEW>;

/** Who asks, and which canister. */
export interface Asking {
  readonly agent: HttpAgent;
  readonly canisterId: Principal | string;
}

/** Every agent that the canister has not yet forgotten. @throws ProofError `malformed` */
export function fetchAgents(asking: Asking, owner: Uint8Array): Promise<readonly AgentView[]> {
  return fetched(asking, owner, 'agents', list(AGENT_VIEW));
}

/** All accounts side by side, in the money of their newest looks on record. @throws ProofError `malformed` */
export function fetchPortfolio(asking: Asking, owner: Uint8Array): Promise<readonly AccountView[]> {
  return fetched(asking, owner, 'portfolio', list(ACCOUNT_VIEW));
}

/** The newest reports beside what was decided, oldest first. @throws ProofError `malformed` */
export function fetchReports(asking: Asking, owner: Uint8Array): Promise<readonly ReportView[]> {
  return fetched(asking, owner, 'reports', list(REPORT_VIEW));
}

/** Limits, what waits, grants, accounts: the whole state of the rules; null for whoever may not read it. @throws ProofError */
export async function fetchKeeper(asking: Asking, owner: Uint8Array): Promise<Keeper | null> {
  const bytes = await fetched(asking, owner, 'keeper', optional(blob));
  if (bytes === null) return null;
  try {
    return decodeKeeper(bytes);
  } catch (cause) {
    const expected = 'Expected the state of an owner’s rules as this program knows it, got another';
    throw new ProofError('malformed', `${expected}: bring agent and canister to one version.`, cause);
  }
}

async function fetched<T>(
  asking: Asking,
  owner: Uint8Array,
  method: string,
  { type, read }: Readable<T>,
): Promise<T> {
  return read(await queryOwner(asking, owner, { method, result: type }));
}
