import type { KeeperMethod } from '@plimsoll/engine';
import { look, warm, wish } from './AgentActs.ts';
import { buildInfo as describeBuild } from './BuildInfo.ts';
import { icTimeMs, MAX_HISTORY_BYTES, perform, performRaw, performRead } from './Call.ts';
import { askForCheckpoint, keptOf, statePartOf } from './CheckpointActs.ts';
import { certifyAgain } from './Certification.ts';
import { isWorthExecuting } from './Inspection.ts';
import { changePolicy } from './ControllerActs.ts';
import { assertDesksReadable } from './Desks.ts';
import { decodeHttpRequest, serve } from './Http.ts';
import { encodeResult, performCandidRead } from './Interface.ts';
import { actOnRules, urgencyOf } from './KeeperActs.ts';
import {
  encodeAccountView,
  encodeAgentView,
  encodeKept,
  encodePolicyView,
  encodeReportView,
} from './KeeperCandid.ts';
import { agentsOf, keeperOf, portfolioOf, reportsOf } from './KeeperReads.ts';
import { register as registerOwner } from './Registration.ts';
import { countUpdate } from './Metrics.ts';
import { noteUpgrade } from './Presence.ts';
import { msgArgData, msgCallerBytes, msgMethodName } from './Platform.js';
import {
  decodeOwnerArgument,
  decodePartArgument,
  decodeRangeArgument,
  encodeHeadReply,
  encodePageReply,
} from './ReadCandid.ts';
import { headOf, recordsOf } from './Reads.ts';

/*
 * What the methods do. The index names them for azle and forwards here; of this module it may use functions only, because
 * the build has it compiled with the first call (scripts/canister-source.mjs).
 */

export { signatureOf } from './Interface.ts';
export { beginUpkeep } from './Upkeep.ts';

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
  countUpdate(method, perform(actOnRules(method), urgencyOf(method)));
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
  performRead('head', (argument) =>
    encodeHeadReply(headOf(msgCallerBytes(), decodeOwnerArgument(argument), icTimeMs())),
  );
}

export function records(): void {
  performRead('records', (argument) => {
    const { owner, from, count } = decodeRangeArgument(argument);
    return encodePageReply(recordsOf(msgCallerBytes(), owner, icTimeMs(), from, count));
  });
}

export function kept(): void {
  performCandidRead('kept', (argument) =>
    encodeKept(keptOf(msgCallerBytes(), decodeOwnerArgument(argument), icTimeMs())),
  );
}

export function statePart(): void {
  performCandidRead('state_part', (argument) => {
    const { owner, sequence, part } = decodePartArgument(argument);
    const found = statePartOf(msgCallerBytes(), owner, icTimeMs(), sequence, part);
    return found === null ? [] : [found];
  });
}

export function keeper(): void {
  performCandidRead('keeper', (argument) => {
    const state = keeperOf(msgCallerBytes(), decodeOwnerArgument(argument), icTimeMs());
    return state === null ? [] : [state];
  });
}

export function agents(): void {
  performCandidRead('agents', (argument) =>
    agentsOf(msgCallerBytes(), decodeOwnerArgument(argument), icTimeMs()).map(encodeAgentView),
  );
}

export function portfolio(): void {
  performCandidRead('portfolio', (argument) =>
    portfolioOf(msgCallerBytes(), decodeOwnerArgument(argument), icTimeMs()).map(encodeAccountView),
  );
}

export function reports(): void {
  performCandidRead('reports', (argument) =>
    reportsOf(msgCallerBytes(), decodeOwnerArgument(argument), icTimeMs()).map(encodeReportView),
  );
}

export function setPolicy(): void {
  performRaw('set_policy', () => encodeResult('set_policy', changePolicy(msgCallerBytes(), msgArgData())));
}

/** Takes no arguments, and so reads none. */
export function policy(): void {
  performCandidRead('policy', encodePolicyView);
}

/** As `policy`. */
export function buildInfo(): void {
  performCandidRead('build_info', describeBuild);
}

export function httpRequest(): void {
  performCandidRead('http_request', (argument) => serve(decodeHttpRequest(argument), icTimeMs()));
}

export function inspect(): boolean {
  return isWorthExecuting(msgMethodName(), msgCallerBytes(), msgArgData());
}
