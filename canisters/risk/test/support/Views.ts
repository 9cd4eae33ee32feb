import { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';

import { candidTypes } from '../../src/CandidTypes.ts';

export const TYPES = candidTypes(IDL);

/** What the reads for display give. */
export const VIEWS = {
  agents: TYPES.AGENT_VIEW,
  portfolio: TYPES.ACCOUNT_VIEW,
  reports: TYPES.REPORT_VIEW,
} as const;

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
  readonly plans_in_mode: number;
  readonly feed_time_ms: bigint;
  readonly unattended_since_ms: [] | [bigint];
  readonly markets: readonly { readonly symbol: string; readonly side: number; readonly halted: boolean }[];
}

export interface ReportRow {
  readonly sequence: bigint;
  readonly kind: string;
  readonly code: string;
  readonly open: boolean;
  readonly quantity: number;
  readonly decision: bigint;
  readonly decided: [] | [{ readonly action: string; readonly target_quantity: number }];
  readonly departure:
    | []
    | [
        {
          readonly side: number;
          readonly expected_quantity: number;
          readonly filled_quantity: number;
          readonly expected_price: number;
          readonly mean_price: number;
          readonly cost_bps: number;
          readonly delay_ms: bigint;
        },
      ];
}

export type PolicyResult = { readonly ok: null } | { readonly err: string };

export interface PolicyRow {
  readonly registration: object;
  readonly invites_waiting: number;
  readonly owner_updates_per_day: bigint;
  readonly owner_instructions_per_day: bigint;
  readonly instructions_per_day: bigint;
  readonly retention_days: number;
}

export interface KeptRow {
  readonly first_record: bigint;
  readonly checkpoints: readonly {
    readonly sequence: bigint;
    readonly ic_time_ms: bigint;
    readonly parts: number;
  }[];
}

/** What a test changes of the policy. */
export interface PolicyChange {
  readonly registration?: 'closed' | 'invite' | 'open';
  readonly addInvites?: readonly Uint8Array[];
  readonly removeInvites?: readonly Uint8Array[];
  readonly ownerUpdatesPerDay?: bigint;
  readonly ownerInstructionsPerDay?: bigint;
  readonly instructionsPerDay?: bigint;
  readonly retentionDays?: number;
}

export function encodePolicyChange(change: PolicyChange): Uint8Array {
  const optional = <T>(value: T | undefined): [] | [T] => (value === undefined ? [] : [value]);
  const kind = change.registration;
  return IDL.encode(
    [TYPES.POLICY_CHANGE],
    [
      {
        registration: kind === undefined ? [] : [{ [kind]: null }],
        add_invites: change.addInvites ?? [],
        remove_invites: change.removeInvites ?? [],
        owner_updates_per_day: optional(change.ownerUpdatesPerDay),
        owner_instructions_per_day: optional(change.ownerInstructionsPerDay),
        instructions_per_day: optional(change.instructionsPerDay),
        retention_days: optional(change.retentionDays),
      },
    ],
  );
}
