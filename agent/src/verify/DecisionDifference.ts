import { decodeDecision } from '@plimsoll/engine';
import { sameBytes, toHex } from '../canister/Bytes.ts';

/** Where two decisions first part. */
export interface Difference {
  /** Name of the field, such as `stopPrice` or `constraints.leverage.3`. */
  readonly field: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** The first difference between two encoded decisions in the order of their fields, or null when the bytes agree. */
export function decisionDifference(recorded: Uint8Array, replayed: Uint8Array): Difference | null {
  if (sameBytes(recorded, replayed)) return null;
  const ours = leavesOf(decodeDecision(replayed));
  for (const [field, value] of leavesOf(decodeDecision(recorded))) {
    const other = ours.get(field) ?? 'nothing';
    ours.delete(field);
    if (other !== value) return { field, recorded: value, replayed: other };
  }
  for (const [field, value] of ours) return { field, recorded: 'nothing', replayed: value };
  return { field: 'bytes', recorded: toHex(recorded), replayed: toHex(replayed) };
}

function leavesOf(value: unknown, path = '', leaves = new Map<string, string>()): Map<string, string> {
  if (value instanceof Uint8Array) leaves.set(path, toHex(value));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value))
      leavesOf(child, path === '' ? key : `${path}.${key}`, leaves);
  } else leaves.set(path, String(value));
  return leaves;
}
