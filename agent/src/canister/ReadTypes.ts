import { IDL } from '@icp-sdk/core/candid';

/* Candid of the canister's proven reads, as `risk.did` has them. */

const BLOB = IDL.Vec(IDL.Nat8);
const ENTRY = IDL.Record({ record: BLOB, frame: BLOB });
const PROOF = IDL.Record({ certificate: BLOB, witness: BLOB, newest: ENTRY });
const STANDING = IDL.Record({ records: IDL.Nat64, pending: IDL.Bool, proof: IDL.Opt(PROOF) });
export const PAGE = IDL.Record({ entries: IDL.Vec(ENTRY), standing: STANDING });
const CHECKPOINT = IDL.Record({ sequence: IDL.Nat64, ic_time_ms: IDL.Nat64, parts: IDL.Nat8 });
export const KEPT = IDL.Record({ first_record: IDL.Nat64, checkpoints: IDL.Vec(CHECKPOINT) });
export const STATE_PART = IDL.Record({ key: IDL.Nat8, bytes: BLOB });

/** A record of the log and the frame that it answers. */
export interface LogEntry {
  readonly record: Uint8Array;
  readonly frame: Uint8Array;
}

export interface HeadEvidence {
  readonly certificate: Uint8Array;
  readonly witness: Uint8Array;
  readonly newest: LogEntry;
}

export interface Page {
  readonly entries: readonly LogEntry[];
  readonly standing: {
    readonly records: bigint;
    readonly pending: boolean;
    readonly proof: [] | [HeadEvidence];
  };
}

/** What of a log the canister still has. */
export interface Kept {
  readonly first_record: bigint;
  readonly checkpoints: readonly {
    readonly sequence: bigint;
    readonly ic_time_ms: bigint;
    readonly parts: number;
  }[];
}
