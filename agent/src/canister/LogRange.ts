import { Principal } from '@icp-sdk/core/principal';
import { IDL } from '@icp-sdk/core/candid';
import type { HttpAgent } from '@icp-sdk/core/agent';
import { decodeRecord, headInput, type LogRecord } from '@plimsoll/engine';
import { EXIT_MAX_AGE_MS, headHash, ProofError, verifyHead } from '@plimsoll/proof';
import { sameBytes, toHex } from './Bytes.ts';
import { LogError } from './LogError.ts';
import { appendRecord, type LogHead } from './LogHead.ts';

/** A record of the log and the frame that it answers. */
export interface LogEntry {
  readonly record: Uint8Array;
  readonly frame: Uint8Array;
}

const BLOB = IDL.Vec(IDL.Nat8);
const ENTRY = IDL.Record({ record: BLOB, frame: BLOB });
const PROOF = IDL.Record({ certificate: BLOB, witness: BLOB, newest: ENTRY });
const STANDING = IDL.Record({ records: IDL.Nat64, pending: IDL.Bool, proof: IDL.Opt(PROOF) });
/** What the `records` query brings. */
export const PAGE = IDL.Record({ entries: IDL.Vec(ENTRY), standing: STANDING });

export interface Page {
  readonly entries: readonly LogEntry[];
  readonly standing: {
    readonly records: bigint;
    readonly pending: boolean;
    readonly proof: [] | [{ certificate: Uint8Array; witness: Uint8Array; newest: LogEntry }];
  };
}

export interface RangeOptions {
  /** Of the owner or of an agent of theirs. */
  readonly agent: HttpAgent;
  readonly canisterId: Principal | string;
  /** Pinned root key, DER. */
  readonly rootKey: Uint8Array;
  readonly nowMs: number;
}

/** What a certified query shows of a log beyond what was known. */
export interface FetchedRange {
  readonly entries: readonly LogEntry[];
  /** The log with these entries. */
  readonly log: LogHead;
}

/**
 * Fetches the records that follow `log`, up to and including sequence `through`, and proves them: each follows the one
 * before it, and so do those after them up to the head that the canister certifies.
 *
 * @returns null while the canister has not yet certified a head at or after `through`
 * @throws LogError `fork` when what is certified does not continue `log`; `sequence-gap` when records are no longer kept
 * @throws ProofError when the answer proves nothing
 */
export async function fetchRange(
  options: RangeOptions,
  log: LogHead,
  through: number,
): Promise<FetchedRange | null> {
  // Where the entries themselves begin: whether that is our log is a question for the end, when they are proven.
  let reached: LogHead | null = null;
  let wanted: FetchedRange | null = null;
  let origin = log.head;
  const entries: LogEntry[] = [];
  for (;;) {
    const page = await queryPage(options, reached ?? log);
    const [proof] = page.standing.proof;
    if (proof === undefined) return null;
    const newest = {
      record: Uint8Array.from(proof.newest.record),
      frame: Uint8Array.from(proof.newest.frame),
    };
    const certified = await verifyHead(
      {
        certificate: Uint8Array.from(proof.certificate),
        witness: Uint8Array.from(proof.witness),
        input: inputOf(newest),
      },
      { ...options, maxAgeMs: EXIT_MAX_AGE_MS, maxFutureMs: EXIT_MAX_AGE_MS },
      // The hash covers all of the record that is read here.
      () => decodeRecord(newest.record),
    );
    assertOwner(certified.value, log);
    if (certified.value.sequence < through) return null;
    for (const { record, frame } of page.entries) {
      const entry = { record: Uint8Array.from(record), frame: Uint8Array.from(frame) };
      const decoded = recordIn(entry);
      if (decoded.sequence > certified.value.sequence) break;
      reached = follow(reached ?? { ...log, head: (origin = decoded.previousHead) }, decoded, entry);
      if (decoded.sequence <= through) entries.push(entry);
      if (decoded.sequence === through) wanted = { entries, log: reached };
    }
    if (reached?.sequence === certified.value.sequence) {
      if (!sameBytes(reached.head, certified.head))
        throw unusable('records that do not lead to the certified head');
      if (sameBytes(origin, log.head)) return wanted;
      throw new LogError(
        'fork',
        log.sequence,
        `Expected head ${toHex(log.head)} at record ${String(log.sequence)}, got ${toHex(origin)} behind the certified head: two histories of one log. Stop, and do not trust this canister until it is explained.`,
      );
    }
    if (page.entries.length === 0) {
      throw new LogError(
        'sequence-gap',
        through,
        `Expected the records after ${String((reached ?? log).sequence)}, got none: the canister no longer keeps them. Begin again from a checkpoint or a bundle.`,
      );
    }
  }
}

async function queryPage(options: RangeOptions, { owner, sequence }: LogHead): Promise<Page> {
  const { agent, canisterId } = options;
  const arg = IDL.encode(
    [IDL.Principal, IDL.Nat64, IDL.Nat32],
    [Principal.fromUint8Array(owner), BigInt(sequence + 1), 100],
  );
  const answer = await agent.query(canisterId, { methodName: 'records', arg });
  if (answer.status === 'rejected') throw unusable(`a rejection: ${answer.reject_message}`);
  let page: [] | [Page] | undefined;
  try {
    [page] = IDL.decode([IDL.Opt(PAGE)], answer.reply.arg) as unknown as [[] | [Page]];
  } catch (cause) {
    throw unusable('a reply that is not Candid of one', cause);
  }
  if (page[0] === undefined) throw unusable('nothing: this key may not read that log');
  return page[0];
}

/** What a node says of records is no fork before it is proven: here it is only unusable. */
function follow(before: LogHead, record: LogRecord, entry: LogEntry): LogHead {
  try {
    return appendRecord(before, record, headHash(inputOf(entry))).log;
  } catch (cause) {
    throw unusable('records that do not follow one another', cause);
  }
}

function assertOwner(record: LogRecord, { owner }: LogHead): void {
  if (!sameBytes(record.owner, owner))
    throw new LogError('wrong-owner', record.sequence, "Expected the owner's own head, got another's.");
}

function recordIn({ record }: LogEntry): LogRecord {
  try {
    return decodeRecord(record);
  } catch (cause) {
    throw unusable('a record that cannot be read', cause);
  }
}

function inputOf({ record, frame }: LogEntry): Uint8Array {
  try {
    return headInput(record, frame);
  } catch (cause) {
    throw unusable('a record and a frame that do not belong together', cause);
  }
}

function unusable(came: string, cause?: unknown): ProofError {
  return new ProofError('malformed', `Expected a page of the log, got ${came}. Ask again.`, cause);
}
