import { Principal } from '@icp-sdk/core/principal';
import { decodeBlob, ProofError, verifyReceipt, type Receipt } from '@plimsoll/proof';
import { ENGINE_VERSION } from '@plimsoll/engine';
import { readAnswer, type Answered } from '../canister/Answered.ts';
import { toHex } from '../canister/Bytes.ts';
import { CanisterError } from '../canister/CanisterError.ts';
import { LogError } from '../canister/LogError.ts';
import { emptyLog, type LogHead } from '../canister/LogHead.ts';
import { isMethod, type Method } from '../canister/Method.ts';
import type { Bundle } from '../receipts/Bundle.ts';
import { StoreError } from '../receipts/StoreError.ts';
import { uncheckedReply } from '../receipts/UncheckedReply.ts';
import { createReplay, replayFrame } from './Replay.ts';

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
  readonly records: number;
  readonly ticks: number;
  /** The canister's certified refusals; they changed nothing. */
  readonly refusals: number;
  /** Decisions that the engine gave again, byte for byte. */
  readonly decisions: number;
  /** Certificates whose signature was verified. */
  readonly signatures: number;
  /** IC time of the first and the newest record, milliseconds; 0 in an empty bundle. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** SHA-256 of the newest record, hexadecimal. */
  readonly head: string;
}

/** The first thing in the bundle that does not hold. */
export interface BundleRefuted {
  readonly isProven: false;
  /** A reason of `ProofError`, a leaf of `LogError` or `StoreError`, `engine-version`, `decision-differs`, `empty`. */
  readonly reason: string;
  /** Place in the bundle, from 0. */
  readonly receipt: number;
  /** Sequence of the newest record before it holds, −1 for none; with `decision-differs`, of the decision itself. */
  readonly sequence: number;
  readonly message: string;
}

export type BundleResult = BundleProven | BundleRefuted;

/** Why the receipt at hand ends the verification. */
class Refuted extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Verifies signatures, hash chain and frame hashes, then replays the engine over the frames and requires the same
 * decisions, byte for byte. What is wrong with the content comes back as a result; nothing is thrown for it.
 */
export async function verifyBundle(bundle: Bundle, options: BundleOptions): Promise<BundleResult> {
  const audit = new Audit(bundle, options);
  try {
    for (const [at, receipt] of bundle.receipts.entries()) {
      audit.at = at;
      await audit.take(receipt);
    }
    return await audit.finish();
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
}

/** One pass over a bundle. */
class Audit {
  /** Place of the receipt at hand, or of the one to blame. */
  at = 0;
  log: LogHead;
  readonly #bundle: Bundle;
  readonly #options: BundleOptions;
  readonly #canisterId: Principal;
  readonly #replay = createReplay();
  #newest: { readonly at: number; readonly receipt: Receipt; readonly isVerified: boolean } | null = null;
  readonly #count = { records: 0, ticks: 0, refusals: 0, decisions: 0, signatures: 0 };
  #firstMs = 0;
  #lastMs = 0;

  constructor(bundle: Bundle, options: BundleOptions) {
    this.#bundle = bundle;
    this.#options = options;
    this.#canisterId = options.canisterId ?? bundle.canisterId;
    this.log = emptyLog(bundle.owner);
  }

  async take(receipt: Receipt): Promise<void> {
    const { methodName, arg, canisterId } = receipt.request;
    if (canisterId.toText() !== this.#canisterId.toText()) {
      throw new Refuted(
        'wrong-canister',
        `Expected calls to canister ${this.#canisterId.toText()}, got one to ${canisterId.toText()}.`,
      );
    }
    if (!isMethod(methodName)) {
      throw new Refuted('malformed', `Expected a method of the canister, got ${methodName}.`);
    }
    const isVerified = this.#options.everySignature === true;
    if (isVerified) await this.#verify(receipt);
    const frame = decodeBlob(arg);
    let answered: Answered;
    try {
      answered = readAnswer(this.log, methodName, frame, uncheckedReply(receipt));
    } catch (error) {
      if (!isVerified) await this.#verify(receipt);
      if (error instanceof CanisterError) {
        this.#count.refusals += 1;
        return;
      }
      // A broken chain is the file's doing before it is the canister's.
      await this.#verifyNewest();
      throw error;
    }
    if (answered.record === null && !isVerified) await this.#verify(receipt);
    await this.#replayed(receipt, methodName, frame, answered, isVerified || answered.record === null);
  }

  async #replayed(
    receipt: Receipt,
    method: Method,
    frame: Uint8Array,
    answered: Answered,
    isVerified: boolean,
  ): Promise<void> {
    const { record, decision } = answered;
    if (record !== null && record.engineVersion !== ENGINE_VERSION) {
      throw new Refuted(
        'engine-version',
        `Expected decisions of engine version ${String(ENGINE_VERSION)}, got version ${String(record.engineVersion)} at record ${String(record.sequence)}. Verify with the release of that engine.`,
      );
    }
    const difference = replayFrame(
      this.#replay,
      method,
      frame,
      answered,
      receipt.request.sender.toUint8Array(),
    );
    if (difference !== null) {
      // A changed byte in the file is likelier than a canister that differs from its engine: tell them apart.
      if (!isVerified) await this.#verify(receipt);
      this.log = answered.log;
      throw new Refuted(
        'decision-differs',
        `Record ${String(answered.log.sequence)} (${method}): ${difference.field} was answered as ${difference.recorded}, the engine says ${difference.replayed}.`,
      );
    }
    this.log = answered.log;
    if (decision !== null) this.#count.decisions += 1;
    if (record === null) {
      this.#count.ticks += 1;
    } else if (!answered.isRepeat) {
      this.#count.records += 1;
      if (this.#count.records === 1) this.#firstMs = record.icTimeMs;
      this.#lastMs = record.icTimeMs;
      this.#newest = { at: this.at, receipt, isVerified };
    }
  }

  async finish(): Promise<BundleProven> {
    if (this.#newest === null) {
      throw new Refuted('empty', 'Expected at least the registration, got no record.');
    }
    await this.#verifyNewest();
    return {
      isProven: true,
      canisterId: this.#canisterId.toText(),
      owner: Principal.fromUint8Array(this.#bundle.owner).toText(),
      ...this.#count,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      head: toHex(this.log.head),
    };
  }

  /** The newest record so far; with it the chain proves all before it. */
  async #verifyNewest(): Promise<void> {
    if (this.#newest === null || this.#newest.isVerified) return;
    const here = this.at;
    this.at = this.#newest.at;
    await this.#verify(this.#newest.receipt);
    this.at = here;
  }

  async #verify(receipt: Receipt): Promise<void> {
    await verifyReceipt(receipt, { rootKey: this.#options.rootKey, canisterId: this.#canisterId });
    this.#count.signatures += 1;
  }
}

function reasonOf(error: unknown): string | null {
  if (error instanceof Refuted || error instanceof ProofError) return error.reason;
  if (error instanceof LogError || error instanceof StoreError) return error.leaf;
  return null;
}
