import { IDL } from '@icp-sdk/core/candid';
import { decodeRecord } from '@plimsoll/engine';
import { encodeBundle, type BundleHeader, type BundleStart } from '../receipts/Bundle.ts';
import { encodeRange } from '../receipts/Range.ts';
import { emptyLog, type LogHead } from './LogHead.ts';
import { LogError } from './LogError.ts';
import { fetchKept, fetchRange, type RangeOptions } from './LogRange.ts';
import { queryOwner } from './queryOwner.ts';
import { PAGE, STATE_PART, type Kept, type LogEntry, type Page } from './ReadTypes.ts';

/** Where a bundle of the canister's own records begins. */
export type BundleFrom = 'oldest' | 'newest' | number;

/**
 * The bundle of what the canister itself keeps, for whoever has no receipts: everything from the registration on while
 * that is kept, else from a checkpoint with its state, up to the certified head. What it brings is proven here only as far
 * as the chain; `verifyBundle` proves the rest.
 *
 * @param from the oldest that there is, the newest checkpoint, or the checkpoint with this sequence
 * @throws LogError `sequence-gap` where there is no such checkpoint; ProofError, LogError as `fetchRange` does
 */
export async function fetchBundle(
  options: RangeOptions,
  header: BundleHeader,
  from: BundleFrom,
): Promise<Uint8Array> {
  const { owner } = header;
  const kept = await fetchKept(options, owner);
  const sequence = beginningOf(kept, from);
  // The records before the beginning are wanted for nothing but the head that the first one names.
  const log: LogHead = sequence === null ? emptyLog(owner) : await headBefore(options, owner, sequence);
  const range = await fetchRange(options, log, null);
  if (range?.proof === null || range === null) {
    throw new LogError('sequence-gap', sequence ?? 0, 'Expected a certified head, got none yet. Ask again.');
  }
  const [first, ...rest] = range.entries;
  if (sequence === null || first === undefined)
    return encodeBundle(header, [{ range: encodeRange(range.entries, range.proof) }]);
  const start = await stateOf(options, owner, first, sequence);
  // A checkpoint that nothing follows is proven as a record itself.
  const entries = rest.length === 0 ? range.entries : rest;
  return encodeBundle(header, [{ range: encodeRange(entries, range.proof) }], start);
}

function beginningOf({ first_record, checkpoints }: Kept, from: BundleFrom): number | null {
  if (from === 'oldest' && first_record === 0n) return null;
  const wanted =
    typeof from === 'number'
      ? checkpoints.find(({ sequence }) => Number(sequence) === from)
      : checkpoints.at(from === 'oldest' ? 0 : -1);
  if (wanted !== undefined) return Number(wanted.sequence);
  const there = checkpoints.map(({ sequence }) => String(sequence)).join(', ');
  throw new LogError(
    'sequence-gap',
    typeof from === 'number' ? from : 0,
    `Expected a checkpoint whose state is kept, got none${typeof from === 'number' ? ` at ${String(from)}` : ''}; there are: ${there === '' ? 'none' : there}.`,
  );
}

/** The log before a record, by that record's own word: what follows proves it. */
async function headBefore(options: RangeOptions, owner: Uint8Array, sequence: number): Promise<LogHead> {
  const [page] = await queryOwner<[] | [Page]>(options, owner, {
    method: 'records',
    more: [
      [IDL.Nat64, BigInt(sequence)],
      [IDL.Nat32, 1],
    ],
    result: IDL.Opt(PAGE),
  });
  const record = page?.entries[0]?.record;
  if (record === undefined)
    throw new LogError('sequence-gap', sequence, `Expected record ${String(sequence)}, got none.`);
  return { owner, sequence: sequence - 1, head: decodeRecord(Uint8Array.from(record)).previousHead };
}

async function stateOf(
  options: RangeOptions,
  owner: Uint8Array,
  { record, frame }: LogEntry,
  sequence: number,
): Promise<BundleStart> {
  const parts: { key: number; bytes: Uint8Array }[] = [];
  for (;;) {
    const [part] = await queryOwner<[] | [{ readonly key: number; readonly bytes: Uint8Array }]>(
      options,
      owner,
      {
        method: 'state_part',
        more: [
          [IDL.Nat64, BigInt(sequence)],
          [IDL.Nat8, parts.length],
        ],
        result: IDL.Opt(STATE_PART),
      },
    );
    if (part === undefined) return { record, frame, parts };
    parts.push({ key: part.key, bytes: Uint8Array.from(part.bytes) });
  }
}
