export { IDL, msgArgData, msgReply, update } from '../../../canisters/risk/src/Platform.js';

/** Instructions of this message so far (counter 0). */
export function performanceCounter(counter: number): bigint;
