import type { KeeperMethod } from '@plimsoll/engine';
import { look, warm, wish } from './AgentActs.ts';
import { runSelfTest } from './Boot.ts';
import { icTimeMs, MAX_HISTORY_BYTES, perform, performRead } from './Call.ts';
import { certifyAgain } from './Certification.ts';
import { isWorthExecuting } from './Inspection.ts';
import { changePolicy } from './ControllerActs.ts';
import { actOnRules as actOn } from './KeeperActs.ts';
import {
  encodeAccountView,
  encodeAgentView,
  encodePolicyView,
  encodeReportView,
  type PolicyChange,
  type PolicyResult,
} from './KeeperCandid.ts';
import { agentsOf, keeperOf, portfolioOf, reportsOf } from './KeeperReads.ts';
import { msgArgData, msgCallerBytes, msgMethodName } from './Platform.js';
import { decodeOwnerArgument, decodeRangeArgument, encodeHeadReply, encodePageReply } from './ReadCandid.ts';
import { headOf, recordsOf } from './Reads.ts';
import { register as registerOwner } from './Registration.ts';

/*
 * What the methods do. The index names them for azle and forwards here; of this module it may use functions only, because
 * the build has it compiled with the first call (scripts/canister-source.mjs).
 */

export { buildInfo } from './BuildInfo.ts';

/** What stops, withdraws or tells is taken when nothing else is. */
const URGENT: readonly KeeperMethod[] = ['halt', 'flatten', 'revoke', 'report', 'cancel_recovery'];

/** After an installation or an upgrade, in a message of its own. */
export function boot(): void {
  runSelfTest();
}

export function afterUpgrade(): void {
  certifyAgain();
}

export function register(): void {
  perform(registerOwner, 'register');
}

export function actOnRules(method: KeeperMethod): void {
  perform(actOn(method), URGENT.includes(method) ? 'stop' : 'act');
}

export function loadHistory(): void {
  perform(warm, 'act', MAX_HISTORY_BYTES);
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

export function keeper(owner: Uint8Array): [Uint8Array] | [] {
  const state = keeperOf(msgCallerBytes(), owner, icTimeMs());
  return state === null ? [] : [state];
}

export function agents(owner: Uint8Array): unknown[] {
  return agentsOf(msgCallerBytes(), owner, icTimeMs()).map(encodeAgentView);
}

export function portfolio(owner: Uint8Array): unknown[] {
  return portfolioOf(msgCallerBytes(), owner, icTimeMs()).map(encodeAccountView);
}

export function reports(owner: Uint8Array): unknown[] {
  return reportsOf(msgCallerBytes(), owner, icTimeMs()).map(encodeReportView);
}

export function setPolicy(change: PolicyChange): PolicyResult {
  return changePolicy(msgCallerBytes(), change);
}

export function policy(): unknown {
  return encodePolicyView();
}

export function inspect(): boolean {
  return isWorthExecuting(msgMethodName(), msgCallerBytes(), msgArgData().length);
}
