import { outOfDomain } from '../EngineError.ts';
import { MAX_ACCOUNTS } from '../Limits.ts';
import { assertIndex } from '../Place.ts';
import { end, finish, getBytes, getU8, putBytes, putU8 } from '../codec/Bytes.ts';
import { assertId, FRAME_MODE, frameReader, frameWriter, ID_BYTES } from '../codec/Frame.ts';

/** How far an account may go: advice only, made-up fills at live prices, money. */
export const MODES = ['advisory', 'paper', 'live'] as const;
export type Mode = (typeof MODES)[number];

const NONE = 255;

/** A step up or down the ladder. */
export interface ModeChange {
  readonly id: Uint8Array;
  readonly account: number;
  readonly mode: Mode;
  /** For the step to live: the account whose record on paper is shown, or null. */
  readonly evidence: number | null;
}

/** @throws EngineError when a field is outside its domain. */
export function assertModeChange({ id, account, mode, evidence }: ModeChange): void {
  assertId(id, 'mode.id');
  assertIndex('mode.account', account, MAX_ACCOUNTS);
  if (!MODES.includes(mode)) throw outOfDomain('mode', MODES.join(', '), mode);
  if (evidence !== null) assertIndex('mode.evidence', evidence, MAX_ACCOUNTS);
}

export function encodeModeChange(change: ModeChange): Uint8Array {
  assertModeChange(change);
  const w = frameWriter(FRAME_MODE, 32);
  putBytes(w, change.id);
  putU8(w, change.account);
  putU8(w, MODES.indexOf(change.mode));
  putU8(w, change.evidence ?? NONE);
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one change of mode. */
export function decodeModeChange(frame: Uint8Array): ModeChange {
  const r = frameReader(frame, FRAME_MODE);
  const id = getBytes(r, ID_BYTES, 'mode.id');
  const account = getU8(r, 'mode.account');
  const index = getU8(r, 'mode');
  const mode = MODES[index];
  if (mode === undefined) throw outOfDomain('mode', `below ${String(MODES.length)}`, index);
  const evidence = getU8(r, 'mode.evidence');
  end(r);
  const change: ModeChange = { id, account, mode, evidence: evidence === NONE ? null : evidence };
  assertModeChange(change);
  return change;
}
