import { outOfDomain } from '../EngineError.ts';
import { MAX_ACCOUNTS } from '../Limits.ts';
import { assertIndex, MAX_MARKETS } from '../Place.ts';
import { end, finish, getBytes, getU8, putBytes, putU8 } from '../codec/Bytes.ts';
import { assertId, FRAME_CONTROL, frameReader, frameWriter, ID_BYTES } from '../codec/Frame.ts';

/**
 * `halt` blocks entries until the owner resumes; `flatten` does, and closes what is held or under way then; `takeover` gives the steering
 * to the owner's hands and `release` gives it back; `resume` ends halts, and breakers whose cool-down is over.
 */
export const CONTROLS = ['halt', 'flatten', 'takeover', 'release', 'resume'] as const;
export type ControlKind = (typeof CONTROLS)[number];

/** Stands for every account, or every market of an account. */
const EVERY = 255;

export interface Control {
  readonly id: Uint8Array;
  readonly control: ControlKind;
  /** null: every account, those to come included. */
  readonly account: number | null;
  /** null: every market of the account, those to come included. Null too where the account is. */
  readonly market: number | null;
}

/** @throws EngineError when a field is outside its domain. */
export function assertControl({ id, control, account, market }: Control): void {
  assertId(id, 'control.id');
  if (!CONTROLS.includes(control)) throw outOfDomain('control', CONTROLS.join(', '), control);
  if (account === null && market !== null) {
    throw outOfDomain('control.market', 'every market where every account is meant', market);
  }
  if (account !== null) assertIndex('control.account', account, MAX_ACCOUNTS);
  if (market !== null) assertIndex('control.market', market, MAX_MARKETS);
}

export function encodeControl(act: Control): Uint8Array {
  assertControl(act);
  const w = frameWriter(FRAME_CONTROL, 32);
  putBytes(w, act.id);
  putU8(w, CONTROLS.indexOf(act.control));
  putU8(w, act.account ?? EVERY);
  putU8(w, act.market ?? EVERY);
  return finish(w);
}

/** @throws EngineError for a frame that is not exactly one control. */
export function decodeControl(frame: Uint8Array): Control {
  const r = frameReader(frame, FRAME_CONTROL);
  const id = getBytes(r, ID_BYTES, 'control.id');
  const index = getU8(r, 'control');
  const control = CONTROLS[index];
  if (control === undefined) throw outOfDomain('control', `below ${String(CONTROLS.length)}`, index);
  const account = getU8(r, 'control.account');
  const market = getU8(r, 'control.market');
  end(r);
  const act: Control = {
    id,
    control,
    account: account === EVERY ? null : account,
    market: market === EVERY ? null : market,
  };
  assertControl(act);
  return act;
}
