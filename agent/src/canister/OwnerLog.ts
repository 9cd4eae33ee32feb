import { decodeRecord, headInput } from '@plimsoll/engine';
import { decodeBlob, headHash, verifyReceipt, type Receipt } from '@plimsoll/proof';
import type { Principal } from '@icp-sdk/core/principal';
import { decodeRange, type RangeEntry } from '../receipts/Range.ts';
import { answerIn, readMark } from '../receipts/Mark.ts';
import { isRange, ReceiptStore } from '../receipts/ReceiptStore.ts';
import { uncheckedReply } from '../receipts/UncheckedReply.ts';
import { StoreError } from '../receipts/StoreError.ts';
import { readAnswer } from './Answered.ts';
import { toHex } from './Bytes.ts';
import { LogError } from './LogError.ts';
import { appendRecord, beginningAt, emptyLog, type LogHead } from './LogHead.ts';
import { isMethod } from './Method.ts';

export interface OwnerLogOptions {
  /** The owner's principal, raw bytes. */
  readonly owner: Uint8Array;
  readonly canisterId: Principal | string;
  /** Pinned root key, DER. */
  readonly rootKey: Uint8Array;
  readonly store: ReceiptStore;
}

/**
 * An owner's log as this machine holds it: the newest head, the receipts behind it, one call at a time. The owner's
 * and the agent's ports share it, because their calls write one log. A fork ends it for good: the receipts that show
 * it are kept, so that opening the log again finds it again.
 */
export class OwnerLog {
  readonly store: ReceiptStore;
  #head: LogHead;
  #fork: LogError | null = null;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(store: ReceiptStore, head: LogHead) {
    this.store = store;
    this.#head = head;
  }

  /**
   * Follows the stored receipts from the mark, or else from the registration, to the newest record, whose signature
   * proves all before it. What lies before the mark was followed when it was kept and is not read again.
   * @throws LogError, StoreError, ProofError when they do not make one proven log
   */
  static async open(options: OwnerLogOptions): Promise<OwnerLog> {
    const { store } = options;
    const begun = await beginAtMark(store, options.owner);
    let head = begun?.log ?? emptyLog(options.owner);
    let newest: Receipt | null = null;
    // Records that others made are proven by the receipt that follows them, and count only with it.
    let proven = head;
    for await (const stored of store.readAll(begun?.file)) {
      if (isRange(stored)) {
        head = followRange(head, decodeRange(stored.bytes).entries);
        continue;
      }
      const receipt = ReceiptStore.decode(stored);
      const { methodName, arg } = receipt.request;
      if (!isMethod(methodName)) {
        throw new StoreError(
          'malformed',
          `Expected a call of the risk canister in ${stored.fileName}, got ${methodName}.`,
        );
      }
      try {
        const { log, record } = readAnswer(head, methodName, decodeBlob(arg), uncheckedReply(receipt));
        head = proven = log;
        if (record !== null) newest = receipt;
      } catch (error) {
        if (breaksLog(error)) throw error;
      }
    }
    if (newest !== null) {
      await verifyReceipt(newest, { rootKey: options.rootKey, canisterId: options.canisterId });
    }
    return new OwnerLog(store, proven);
  }

  get head(): LogHead {
    return this.#head;
  }

  /** Set once the canister certified two histories. */
  get fork(): LogError | null {
    return this.#fork;
  }

  /** Runs one call after the other. @throws LogError `fork` for ever once there was one */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => {
      if (this.#fork !== null) throw this.#fork;
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  advance(head: LogHead): void {
    this.#head = head;
  }

  stop(fork: LogError): void {
    this.#fork ??= fork;
  }
}

/** The log just before the marked record, by that record's own word; null without a mark that its receipt bears out. */
async function beginAtMark(
  store: ReceiptStore,
  owner: Uint8Array,
): Promise<{ readonly file: string; readonly log: LogHead } | null> {
  const mark = await readMark(store);
  const answer = mark === null ? null : await answerIn(store, mark.file);
  if (mark === null || answer?.kind !== 'record' || toHex(answer.head) !== mark.head) return null;
  return { file: mark.file, log: beginningAt(decodeRecord(answer.record), owner) };
}

/**
 * The log with these records. One that is empty begins where they do: the canister may no longer keep what came before.
 * @throws LogError when the records do not follow the log
 */
export function followRange(log: LogHead, entries: readonly RangeEntry[]): LogHead {
  let head = log;
  for (const { record, frame } of entries) {
    const decoded = decodeRecord(record);
    if (head.sequence < 0) head = beginningAt(decoded, log.owner);
    head = appendRecord(head, decoded, headHash(headInput(record, frame))).log;
  }
  return head;
}

/** Any other refused answer left the log where it was, or else the next record will not follow. */
function breaksLog(error: unknown): boolean {
  return (
    error instanceof StoreError ||
    (error instanceof LogError && (error.leaf === 'fork' || error.leaf === 'sequence-gap'))
  );
}
