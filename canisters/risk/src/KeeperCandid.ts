import type { AccountState, Departure } from '@plimsoll/engine';
import type { Kept } from './Checkpoints.ts';
import type { AccountView, AgentView, ReportView } from './KeeperReads.ts';
import { Principal } from './Platform.js';
import { countInvites, policy } from './Policy.ts';

/* What the reads for display give, as Candid's encoder takes it; its types are in `CandidTypes`. */

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

export function encodeAccountView(view: AccountView): unknown {
  const { account, grossUsdt, netUsdt, unrealisedUsdt, unattendedSinceMs } = view;
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
    unattended_since_ms: optionalTime(unattendedSinceMs),
    markets: account.markets.map(encodeMarket),
  };
}

function encodeMarket(market: AccountState['markets'][number]): unknown {
  const { market: number, symbol, halted, flattening, manual, side, quantity } = market;
  const prices = { entry_price: market.entryPrice, mark_price: market.markPrice };
  return { market: number, symbol, halted, flattening, manual, side, quantity, ...prices };
}

export function encodeReportView({ report, isOpen, decided, departure }: ReportView): unknown {
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
    departure: departure === null ? [] : [encodeDeparture(departure)],
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

function encodeDeparture(departure: Departure): unknown {
  return {
    side: departure.side,
    expected_quantity: departure.expectedQuantity,
    filled_quantity: departure.filledQuantity,
    expected_price: departure.expectedPrice,
    mean_price: departure.meanPrice,
    cost_bps: departure.costBps,
    delay_ms: BigInt(departure.delayMs),
  };
}

export function encodeKept(kept: Kept | null): unknown {
  if (kept === null) return [];
  const checkpoints = kept.checkpoints.map(({ sequence, timeMs, parts }) => ({
    sequence: BigInt(sequence),
    ic_time_ms: BigInt(timeMs),
    parts,
  }));
  return [{ first_record: BigInt(kept.first), checkpoints }];
}

export type PolicyResult = { readonly ok: null } | { readonly err: string };

export function encodePolicyView(): unknown {
  const { registration, ownerUpdatesPerDay, ownerInstructionsPerDay, instructionsPerDay, retentionDays } =
    policy();
  return {
    registration: { [registration]: null },
    invites_waiting: countInvites(),
    owner_updates_per_day: BigInt(ownerUpdatesPerDay),
    owner_instructions_per_day: BigInt(ownerInstructionsPerDay),
    instructions_per_day: BigInt(instructionsPerDay),
    retention_days: retentionDays,
  };
}

function optionalTime(timeMs: number): [] | [bigint] {
  return timeMs === 0 ? [] : [BigInt(timeMs)];
}
