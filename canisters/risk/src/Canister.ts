import { look, warm, wish } from './AgentActs.ts';
import { runSelfTest } from './Boot.ts';
import { icTimeMs, MAX_HISTORY_BYTES, perform, performRead } from './Call.ts';
import { certifyAgain } from './Certification.ts';
import { isWorthExecuting } from './Inspection.ts';
import {
  changeLimits,
  grant as grantAgent,
  register as registerOwner,
  revoke as revokeAgent,
} from './OwnerActs.ts';
import { msgArgData, msgCallerBytes, msgMethodName } from './Platform.js';
import { decodeOwnerArgument, decodeRangeArgument, encodeHeadReply, encodePageReply } from './ReadCandid.ts';
import { grantsOf, headOf, recordsOf } from './Reads.ts';

/*
 * What the methods do. The index names them for azle and forwards here; of this module it may use functions only, because
 * the build has it compiled with the first call (scripts/canister-source.mjs).
 */

export { buildInfo } from './BuildInfo.ts';

/** After an installation or an upgrade, in a message of its own. */
export function boot(): void {
  runSelfTest();
}

export function afterUpgrade(): void {
  certifyAgain();
}

export function register(): void {
  perform(registerOwner);
}

export function setLimits(): void {
  perform(changeLimits);
}

export function grant(): void {
  perform(grantAgent);
}

export function revoke(): void {
  perform(revokeAgent);
}

export function loadHistory(): void {
  perform(warm, MAX_HISTORY_BYTES);
}

export function observe(): void {
  perform(look);
}

export function intent(): void {
  perform(wish);
}

export function head(): void {
  performRead((argument) =>
    encodeHeadReply(headOf(msgCallerBytes(), decodeOwnerArgument(argument), icTimeMs())),
  );
}

export function records(): void {
  performRead((argument) => {
    const { owner, from, count } = decodeRangeArgument(argument);
    return encodePageReply(recordsOf(msgCallerBytes(), owner, icTimeMs(), from, count));
  });
}

export function grants(
  owner: Uint8Array,
): readonly { readonly agent: Uint8Array; readonly expiresMs: number }[] {
  return grantsOf(msgCallerBytes(), owner, icTimeMs());
}

export function inspect(): boolean {
  return isWorthExecuting(msgMethodName(), msgCallerBytes(), msgArgData().length);
}
