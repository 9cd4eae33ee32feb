import type { Principal } from '@icp-sdk/core/principal';
import { decodeDecision, decodeRecord, ENGINE_VERSION, headInput, type LogRecord } from '@plimsoll/engine';
import { decodeBlob, headHash, verifyHead, verifyReceipt, type Receipt } from '@plimsoll/proof';
import { assertEssence, readAnswer, type Answered } from '../canister/Answered.ts';
import { CanisterError } from '../canister/CanisterError.ts';
import { appendRecord, beginningAt, emptyLog, type LogHead } from '../canister/LogHead.ts';
import { isMethod, type Method } from '../canister/Method.ts';
import type { BundleItem, BundleStart } from '../receipts/Bundle.ts';
import type { Range, RangeEntry } from '../receipts/Range.ts';
import { uncheckedReply } from '../receipts/UncheckedReply.ts';
import type { Difference } from './DecisionDifference.ts';
import { createReplay, replayEntry, replayFrame, resumeReplay } from './Replay.ts';

/** Why the item at hand ends the verification. */
export class Refuted extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface AuditOptions {
  readonly rootKey: Uint8Array;
  readonly canisterId: Principal;
  /** The owner's principal, raw bytes. */
  readonly owner: Uint8Array;
  readonly everySignature: boolean;
}

export interface Counts {
  records: number;
  ticks: number;
  refusals: number;
  decisions: number;
  signatures: number;
  /** Records that a certified query gave: who sent their frames is the canister's word. */
  fetched: number;
}

/** One pass over a bundle. */
export class Audit {
  /** Place of the item at hand, or of the one to blame. */
  at = 0;
  log: LogHead;
  firstMs = 0;
  lastMs = 0;
  readonly count: Counts = { records: 0, ticks: 0, refusals: 0, decisions: 0, signatures: 0, fetched: 0 };
  readonly #options: AuditOptions;
  readonly #replay = createReplay();
  #newest: { readonly at: number; readonly receipt: Receipt; readonly sequence: number } | null = null;
  /** Sequence up to which a verified record or head, through the chain, proves everything; and a verified tick. */
  #provenThrough = -1;
  #tickThrough = -1;

  constructor(options: AuditOptions) {
    this.#options = options;
    this.log = emptyLog(options.owner);
  }

  /** Takes the log up from a checkpoint: that it is one of this log, what follows has to prove. */
  begin({ record: bytes, frame, parts }: BundleStart): void {
    const record = this.#recordOf({ record: bytes, frame });
    if (record.type !== 'checkpoint')
      throw new Refuted(
        'checkpoint',
        `Expected a checkpoint to begin with, got a record of type ${record.type}.`,
      );
    this.log = beginningAt(record, this.#options.owner);
    this.#advance(record, frame, bytes);
    this.#assertEngine(record);
    const difference = resumeReplay(this.#replay, record, parts);
    if (difference !== null) {
      throw new Refuted(
        'state',
        `Expected the state whose hash checkpoint ${String(record.sequence)} names, ${difference.recorded}, got ${difference.replayed}. It is another state: the file was changed.`,
      );
    }
  }

  async take(item: BundleItem): Promise<void> {
    if ('range' in item) await this.#takeRange(item.range);
    else await this.#takeReceipt(item.receipt);
  }

  /** @throws Refuted, ProofError when the newest record is not proven */
  async finish(): Promise<void> {
    if (this.count.records === 0) {
      throw new Refuted('empty', 'Expected at least one record, got none.');
    }
    await this.#verifyNewest();
    if (Math.max(this.#provenThrough, this.#tickThrough) < this.log.sequence) {
      throw new Refuted(
        'unproven',
        `Expected a receipt or a certified head for record ${String(this.log.sequence)}, got neither. Records at the end of a bundle need one.`,
      );
    }
  }

  async #takeRange({ entries, proof }: Range): Promise<void> {
    for (const { record: bytes, frame } of entries) {
      const record = this.#recordOf({ record: bytes, frame });
      const { sequence } = this.log;
      this.#advance(record, frame, bytes);
      if (this.log.sequence === sequence) continue;
      this.#assertEngine(record);
      assertEssence(record, record.decision.length === 0 ? null : decodeDecision(record.decision));
      this.#assertSame(replayEntry(this.#replay, record, frame), record.type, record.sequence);
      this.count.fetched += 1;
      if (record.decision.length > 0) this.count.decisions += 1;
    }
    const last = entries.at(-1);
    if (proof === null || last === undefined) return;
    const { rootKey, canisterId } = this.#options;
    const input = headInput(last.record, last.frame);
    await verifyHead({ ...proof, input }, { rootKey, canisterId }, () => null);
    this.count.signatures += 1;
    this.#provenThrough = this.log.sequence;
  }

  async #takeReceipt(receipt: Receipt): Promise<void> {
    const { canisterId, everySignature } = this.#options;
    const { methodName, arg, canisterId: called } = receipt.request;
    if (called.toText() !== canisterId.toText()) {
      throw new Refuted(
        'wrong-canister',
        `Expected calls to canister ${canisterId.toText()}, got one to ${called.toText()}.`,
      );
    }
    if (!isMethod(methodName)) {
      throw new Refuted('malformed', `Expected a method of the canister, got ${methodName}.`);
    }
    if (everySignature) await this.#verify(receipt);
    const frame = decodeBlob(arg);
    let answered: Answered;
    try {
      answered = readAnswer(this.log, methodName, frame, uncheckedReply(receipt));
    } catch (error) {
      if (!everySignature) await this.#verify(receipt);
      if (error instanceof CanisterError) {
        this.count.refusals += 1;
        return;
      }
      // A broken chain is the file's doing before it is the canister's.
      await this.#verifyNewest();
      throw error;
    }
    const isVerified = everySignature || answered.record === null;
    if (isVerified && !everySignature) await this.#verify(receipt);
    await this.#replayed(receipt, methodName, frame, answered, isVerified);
  }

  async #replayed(
    receipt: Receipt,
    method: Method,
    frame: Uint8Array,
    answered: Answered,
    isVerified: boolean,
  ): Promise<void> {
    const { record, decision } = answered;
    if (record !== null) this.#assertEngine(record);
    const sender = receipt.request.sender.toUint8Array();
    const difference = replayFrame(this.#replay, method, frame, answered, sender);
    // A changed byte in the file is likelier than a canister that differs from its engine: tell them apart.
    if (difference !== null && !isVerified) await this.#verify(receipt);
    this.log = answered.log;
    this.#assertSame(difference, method, this.log.sequence);
    if (decision !== null) this.count.decisions += 1;
    if (record === null) {
      this.count.ticks += 1;
      this.#tickThrough = this.log.sequence;
    } else if (!answered.isRepeat) {
      this.#noted(record);
      this.#newest = { at: this.at, receipt, sequence: record.sequence };
      if (isVerified) this.#provenThrough = record.sequence;
    }
  }

  #recordOf({ record, frame }: RangeEntry): LogRecord {
    try {
      headInput(record, frame);
      return decodeRecord(record);
    } catch (cause) {
      const came = cause instanceof Error ? cause.message : String(cause);
      throw new Refuted('malformed', `Expected a record and its frame, got: ${came}`);
    }
  }

  #advance(record: LogRecord, frame: Uint8Array, bytes: Uint8Array): void {
    const { log, isRepeat } = appendRecord(this.log, record, headHash(headInput(bytes, frame)));
    this.log = log;
    if (!isRepeat) this.#noted(record);
  }

  #noted({ icTimeMs }: LogRecord): void {
    this.count.records += 1;
    if (this.count.records === 1) this.firstMs = icTimeMs;
    this.lastMs = icTimeMs;
  }

  #assertEngine({ engineVersion, sequence }: LogRecord): void {
    if (engineVersion === ENGINE_VERSION) return;
    throw new Refuted(
      'engine-version',
      `Expected decisions of engine version ${String(ENGINE_VERSION)}, got version ${String(engineVersion)} at record ${String(sequence)}. Verify with the release of that engine.`,
    );
  }

  #assertSame(difference: Difference | null, what: string, sequence: number): void {
    if (difference === null) return;
    throw new Refuted(
      'decision-differs',
      `Record ${String(sequence)} (${what}): ${difference.field} was answered as ${difference.recorded}, the engine says ${difference.replayed}.`,
    );
  }

  /** The newest record with a receipt so far; with it the chain proves all before it. */
  async #verifyNewest(): Promise<void> {
    if (this.#newest === null || this.#provenThrough >= this.#newest.sequence) return;
    const here = this.at;
    this.at = this.#newest.at;
    await this.#verify(this.#newest.receipt);
    this.#provenThrough = this.#newest.sequence;
    this.at = here;
  }

  async #verify(receipt: Receipt): Promise<void> {
    const { rootKey, canisterId } = this.#options;
    await verifyReceipt(receipt, { rootKey, canisterId });
    this.count.signatures += 1;
  }
}
