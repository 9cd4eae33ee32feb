import type { KeeperMethod } from '@plimsoll/engine';
import { look, warm, wish } from './AgentActs.ts';
import { buildInfo as describeBuild } from './BuildInfo.ts';
import { icTimeMs, MAX_HISTORY_BYTES, perform, performRead } from './Call.ts';
import { askForCheckpoint, keptOf, statePartOf } from './CheckpointActs.ts';
import { certifyAgain } from './Certification.ts';
import { isWorthExecuting } from './Inspection.ts';
import { changePolicy } from './ControllerActs.ts';
import { assertDesksReadable } from './Desks.ts';
import { serve, type HttpRequest } from './Http.ts';
import { performCandid } from './Interface.ts';
import { actOnRules } from './KeeperActs.ts';
import {
  encodeAccountView,
  encodeAgentView,
  encodeKept,
  encodePolicyView,
  encodeReportView,
} from './KeeperCandid.ts';
import type { PolicyChange, PolicyResult } from './KeeperCandid.ts';
import { agentsOf, keeperOf, portfolioOf, reportsOf } from './KeeperReads.ts';
import { register as registerOwner } from './Registration.ts';
import { countUpdate } from './Metrics.ts';
import { noteUpgrade } from './Presence.ts';
import { msgArgData, msgCallerBytes, msgMethodName, type Principal } from './Platform.js';
import { decodeOwnerArgument, decodeRangeArgument, encodeHeadReply, encodePageReply } from './ReadCandid.ts';
import { headOf, recordsOf } from './Reads.ts';

/*
 * What the methods do. The index names them for azle and forwards here; of this module it may use functions only, because
 * the build has it compiled with the first call (scripts/canister-source.mjs).
 */

export { signatureOf } from './Interface.ts';
export { beginUpkeep } from './Upkeep.ts';

/** What stops, withdraws or tells is taken when nothing else is. */
const URGENT: readonly KeeperMethod[] = ['halt', 'flatten', 'revoke', 'report', 'cancel_recovery'];

export function afterUpgrade(): void {
  assertDesksReadable();
  certifyAgain();
  noteUpgrade(icTimeMs());
}

export function register(): void {
  countUpdate('register', perform(registerOwner, 'register'));
}

/** An act of the owner or an agent on the keeper's rules. */
export function actOn(method: KeeperMethod): void {
  countUpdate(method, perform(actOnRules(method), URGENT.includes(method) ? 'stop' : 'act'));
}

export function loadHistory(): void {
  countUpdate('load_history', perform(warm, 'act', MAX_HISTORY_BYTES));
}

export function observe(): void {
  countUpdate('observe', perform(look));
}

export function intent(): void {
  countUpdate('intent', perform(wish));
}

export function checkpoint(): void {
  countUpdate('checkpoint', perform(askForCheckpoint, 'act'));
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

export function kept(): void {
  performCandid('kept', (owner: Principal) =>
    encodeKept(keptOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs())),
  );
}

export function statePart(): void {
  performCandid('state_part', (owner: Principal, sequence: bigint, part: number) => {
    const found = statePartOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs(), Number(sequence), part);
    return found === null ? [] : [found];
  });
}

export function keeper(): void {
  performCandid('keeper', (owner: Principal) => {
    const state = keeperOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs());
    return state === null ? [] : [state];
  });
}

export function agents(): void {
  performCandid('agents', (owner: Principal) =>
    agentsOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs()).map(encodeAgentView),
  );
}

export function portfolio(): void {
  performCandid('portfolio', (owner: Principal) =>
    portfolioOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs()).map(encodeAccountView),
  );
}

export function reports(): void {
  performCandid('reports', (owner: Principal) =>
    reportsOf(msgCallerBytes(), owner.toUint8Array(), icTimeMs()).map(encodeReportView),
  );
}

export function setPolicy(): void {
  performCandid('set_policy', (change: PolicyChange): PolicyResult => changePolicy(msgCallerBytes(), change));
}

export function policy(): void {
  performCandid('policy', encodePolicyView);
}

export function buildInfo(): void {
  performCandid('build_info', describeBuild);
}

export function httpRequest(): void {
  performCandid('http_request', (request: HttpRequest) => serve(request, icTimeMs()));
}

export function inspect(): boolean {
  return isWorthExecuting(msgMethodName(), msgCallerBytes(), msgArgData().length);
}
