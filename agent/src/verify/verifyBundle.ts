import { Principal } from '@icp-sdk/core/principal';
import { ProofError } from '@plimsoll/proof';
import { toHex } from '../canister/Bytes.ts';
import { LogError } from '../canister/LogError.ts';
import type { Bundle } from '../receipts/Bundle.ts';
import { StoreError } from '../receipts/StoreError.ts';
import { Audit, Refuted } from './Audit.ts';

export interface BundleOptions {
  readonly rootKey: Uint8Array;
  /** The canister that must have answered; the bundle's own word by default. */
  readonly canisterId?: Principal;
  /**
   * Verify every certificate. By default only those that the hash chain does not cover: the newest record's, and
   * those of ticks and refusals.
   */
  readonly everySignature?: boolean;
}

/** Everything in the bundle is proven, and the engine gives the same bytes. */
export interface BundleProven {
  readonly isProven: true;
  readonly canisterId: string;
  /** The owner's principal as text. */
  readonly owner: string;
  /** Sequence of the first record here: 0 the registration, else the checkpoint that the replay began with. */
  readonly start: number;
  readonly records: number;
  readonly ticks: number;
  /** The canister's certified refusals; they changed nothing. */
  readonly refusals: number;
  /** Decisions that the engine gave again, byte for byte. */
  readonly decisions: number;
  /** Records that certified queries gave, without a receipt of their own: who sent their frames is the canister's word. */
  readonly fetched: number;
  /** Certificates whose signature was verified. */
  readonly signatures: number;
  /** IC time of the first and the newest record, milliseconds; 0 in an empty bundle. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** BLAKE3 hash of the newest record and its frame, hexadecimal. */
  readonly head: string;
}

/** The first thing in the bundle that does not hold. */
export interface BundleRefuted {
  readonly isProven: false;
  /**
   * A reason of `ProofError`, a leaf of `LogError` or `StoreError`, `engine-version`, `decision-differs`,
   * `checkpoint`, `state`, `unproven`, `empty`.
   */
  readonly reason: string;
  /** Place in the bundle, from 0. */
  readonly receipt: number;
  /** Sequence of the newest record before it holds, −1 for none; with `decision-differs`, of the decision itself. */
  readonly sequence: number;
  readonly message: string;
}

export type BundleResult = BundleProven | BundleRefuted;

/**
 * Verifies signatures, hash chain and frame hashes, then replays the engine over the frames and requires the same
 * decisions, byte for byte. What is wrong with the content comes back as a result; nothing is thrown for it.
 */
export async function verifyBundle(bundle: Bundle, options: BundleOptions): Promise<BundleResult> {
  const { owner, start, items } = bundle;
  const canisterId = options.canisterId ?? bundle.canisterId;
  const { rootKey, everySignature = false } = options;
  const audit = new Audit({ rootKey, canisterId, owner, everySignature });
  try {
    if (start !== null) audit.begin(start);
    for (const [at, item] of items.entries()) {
      audit.at = at;
      await audit.take(item);
    }
    await audit.finish();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    return {
      isProven: false,
      reason,
      receipt: audit.at,
      sequence: audit.log.sequence,
      message: error instanceof Error ? error.message : String(error),
    };
  }
  return {
    isProven: true,
    canisterId: canisterId.toText(),
    owner: Principal.fromUint8Array(owner).toText(),
    start: start === null ? 0 : audit.log.sequence - audit.count.records + 1,
    ...audit.count,
    firstMs: audit.firstMs,
    lastMs: audit.lastMs,
    head: toHex(audit.log.head),
  };
}

function reasonOf(error: unknown): string | null {
  if (error instanceof Refuted || error instanceof ProofError) return error.reason;
  if (error instanceof LogError || error instanceof StoreError) return error.leaf;
  return null;
}
