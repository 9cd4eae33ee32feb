import type { Principal } from '@icp-sdk/core/principal';
import { IDL } from '@icp-sdk/core/candid';
import type { HttpAgent } from '@icp-sdk/core/agent';
import { decodeRecord, headInput, type LogRecord } from '@plimsoll/engine';
import { EXIT_MAX_AGE_MS, headHash, ProofError, verifyHead } from '@plimsoll/proof';
import { sameBytes, toHex } from './Bytes.ts';
import { LogError } from './LogError.ts';
import { appendRecord, type LogHead } from './LogHead.ts';
import type { RangeProof } from '../receipts/Range.ts';
import { KEPT, PAGE, type Kept, type LogEntry, type Page } from './ReadTypes.ts';
import { queryOwner } from './queryOwner.ts';

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
  /** Shows that the last entry is the newest certified one; null where it is not. */
  readonly proof: RangeProof | null;
}

/**
 * Fetches the records that follow `log`, up to and including sequence `through`, and proves them: each follows the one
 * before it, and so do those after them up to the head that the canister certifies. An empty log begins with the oldest
 * record that the canister still keeps.
 *
 * @param through null: up to the newest certified record
 * @returns null while the canister has not yet certified a head at or after `through`
 * @throws LogError `fork` when what is certified does not continue `log`; `sequence-gap` when records are no longer kept
 * @throws ProofError when the answer proves nothing
 */
export async function fetchRange(
  options: RangeOptions,
  log: LogHead,
  through: number | null,
): Promise<FetchedRange | null> {
  // Where the entries themselves begin: whether that is our log is a question for the end, when they are proven.
  let from = log;
  let origin = log.head;
  let reached: LogHead | null = null;
  let wanted: Omit<FetchedRange, 'proof'> | null = null;
  const entries: LogEntry[] = [];
  for (;;) {
    const page = await queryPage(options, reached ?? from);
    const certified = await certifiedIn(page, options, log);
    if (certified === null || certified.sequence < (through ?? 0)) return null;
    const last = through ?? certified.sequence;
    for (const { record, frame } of page.entries) {
      const entry = { record: Uint8Array.from(record), frame: Uint8Array.from(frame) };
      const decoded = recordIn(entry);
      if (decoded.sequence > certified.sequence) break;
      reached = follow(reached ?? { ...from, head: (origin = decoded.previousHead) }, decoded, entry);
      if (decoded.sequence <= last) entries.push(entry);
      if (decoded.sequence === last) wanted = { entries, log: reached };
    }
    if (reached?.sequence === certified.sequence) {
      if (!sameBytes(reached.head, certified.head))
        throw unusable('records that do not lead to the certified head');
      if (from === log && !sameBytes(origin, log.head)) throw forked(log, origin);
      const isNewest = wanted !== null && wanted.log.sequence === certified.sequence;
      return wanted === null ? null : { ...wanted, proof: isNewest ? certified.proof : null };
    }
    if (page.entries.length > 0) continue;
    const first = log.sequence < 0 && from === log ? await firstKept(options, log.owner) : 0;
    if (first === 0) throw gone((reached ?? log).sequence, last);
    from = { ...log, sequence: first - 1 };
  }
}

/** What of the owner's log the canister says that it still has. */
export async function fetchKept(options: RangeOptions, owner: Uint8Array): Promise<Kept> {
  const [kept] = await queryOwner<[] | [Kept]>(options, owner, { method: 'kept', result: IDL.Opt(KEPT) });
  if (kept === undefined) throw unusable('nothing: this key may not read that log');
  return kept;
}

async function firstKept(options: RangeOptions, owner: Uint8Array): Promise<number> {
  return Number((await fetchKept(options, owner)).first_record);
}

interface CertifiedNewest {
  readonly sequence: number;
  readonly head: Uint8Array;
  readonly proof: RangeProof;
}

async function certifiedIn(page: Page, options: RangeOptions, log: LogHead): Promise<CertifiedNewest | null> {
  const [shown] = page.standing.proof;
  if (shown === undefined) return null;
  const record = Uint8Array.from(shown.newest.record);
  const proof = {
    certificate: Uint8Array.from(shown.certificate),
    witness: Uint8Array.from(shown.witness),
  };
  const input = inputOf({ record, frame: Uint8Array.from(shown.newest.frame) });
  const clock = { maxAgeMs: EXIT_MAX_AGE_MS, maxFutureMs: EXIT_MAX_AGE_MS };
  // The hash covers all of the record that is read here.
  const { value, head } = await verifyHead({ ...proof, input }, { ...options, ...clock }, () =>
    decodeRecord(record),
  );
  assertOwner(value, log);
  return { sequence: value.sequence, head, proof };
}

function forked(log: LogHead, origin: Uint8Array): LogError {
  return new LogError(
    'fork',
    log.sequence,
    `Expected head ${toHex(log.head)} at record ${String(log.sequence)}, got ${toHex(origin)} behind the certified head: two histories of one log. Stop, and do not trust this canister until it is explained.`,
  );
}

function gone(after: number, through: number): LogError {
  return new LogError(
    'sequence-gap',
    through,
    `Expected the records after ${String(after)}, got none: the canister no longer keeps them. Export what is here as a bundle, and begin again in a new state directory.`,
  );
}

async function queryPage(options: RangeOptions, { owner, sequence }: LogHead): Promise<Page> {
  const [page] = await queryOwner<[] | [Page]>(options, owner, {
    method: 'records',
    more: [
      [IDL.Nat64, BigInt(sequence + 1)],
      [IDL.Nat32, 100],
    ],
    result: IDL.Opt(PAGE),
  });
  if (page === undefined) throw unusable('nothing: this key may not read that log');
  return page;
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
