import { randomBytes } from 'node:crypto';
import { ID_BYTES } from '@plimsoll/engine';

/** Gives the 16-byte id of the next message about venue time `timeMs`. No two are the same. */
export type IdSource = (timeMs: number) => Uint8Array;

/** For live and paper trading. */
export const randomIds: IdSource = () => new Uint8Array(randomBytes(ID_BYTES));

/** For replays: venue time and a running number, so that the same replay asks with the same ids. */
export function replayIds(): IdSource {
  let count = 0;
  return (timeMs) => {
    const id = new Uint8Array(ID_BYTES);
    const view = new DataView(id.buffer);
    view.setBigUint64(0, BigInt(Math.trunc(timeMs)));
    view.setBigUint64(8, BigInt(count));
    count += 1;
    return id;
  };
}
