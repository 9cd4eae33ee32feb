import {
  DEFAULT_LIMITS,
  encodeClaim,
  encodeConfirmation,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeLimits,
  encodeModeChange,
  encodeObservation,
  encodeRecovery,
  encodeResolution,
  encodeRevocation,
  encodeRotation,
  type ClaimKind,
  type ControlKind,
  type Scope,
} from '@plimsoll/engine';
import {
  AGENT,
  ANONYMOUS,
  enrol,
  enrolFormerAgents,
  EXPIRED_AGENT,
  OTHER_AGENT,
  OTHER_OWNER,
  OWNER,
  principalOf,
  recordIn,
  REVOKED_AGENT,
  STRANGER,
} from './Cast.ts';
import { controlFrame, wordFrame } from './Frames.ts';
import { createMarket, historyOf, ICP_PERPETUAL, idOf, lookOf, START_MS, wishOf } from './Market.ts';
import { CONTROLLER, Risk, type UpdateMethod } from './Risk.ts';

/* Everybody who may knock, a good frame for every method, and a canister in which all of them are known. */

export const market = createMarket(30, 5);
/** Long after everything here. */
export const lateMs = START_MS + 1e9;
const RELAY_AGENT = principalOf(20);
const REPORT_AGENT = principalOf(21);
const ENTRY_AGENT = principalOf(22);
export const STOP_AGENT = principalOf(23);
const RECOVERY = principalOf(24);
export const NEWCOMER = principalOf(25);

/** A control of the first account. */
export const control = (kind: ControlKind, number: number): Uint8Array => controlFrame(kind, number, 0);

const claim = (kind: ClaimKind, number: number): Uint8Array =>
  encodeClaim({ id: idOf(number), claim: kind, owner: OWNER });

/** A second market, so that its history is new whoever brings it. */
const history = {
  ...historyOf(market, 20, 'replay', idOf(300)),
  place: { account: 0, market: 1 },
  instrument: { ...ICP_PERPETUAL, symbol: 'ETHUSDT' },
};

/** A good frame for every method, so that access alone decides. */
export const frames: Readonly<Record<UpdateMethod, Uint8Array>> = {
  register: encodeLimits(DEFAULT_LIMITS),
  set_limits: encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 }),
  cancel_pending: claim('cancel-pending', 301),
  grant: encodeGrant({ agent: NEWCOMER, expiresMs: lateMs }),
  revoke: encodeRevocation(AGENT),
  rotate: encodeRotation(AGENT, NEWCOMER),
  halt: control('halt', 302),
  flatten: control('flatten', 303),
  takeover: control('takeover', 304),
  release: control('release', 305),
  resume: control('resume', 306),
  set_mode: encodeModeChange({ id: idOf(307), account: 0, mode: 'advisory', evidence: null }),
  report: wordFrame(308),
  resolve: encodeResolution(idOf(309), 1),
  confirm_jump: encodeConfirmation({ id: idOf(313), place: { account: 0, market: 0 }, barMs: START_MS }),
  set_recovery: encodeRecovery(idOf(310), NEWCOMER),
  recover: claim('recover', 311),
  cancel_recovery: claim('cancel-recovery', 312),
  checkpoint: claim('checkpoint', 313),
  load_history: encodeHistory(history),
  observe: encodeObservation(lookOf(market, 20)),
  intent: encodeIntent(wishOf(lookOf(market, 20).timeMs, idOf(99))),
};

export const callers = {
  anonymous: ANONYMOUS,
  stranger: STRANGER,
  'agent with relay': RELAY_AGENT,
  'agent with report': REPORT_AGENT,
  'agent with request-entry': ENTRY_AGENT,
  'agent with stop': STOP_AGENT,
  'agent with all scopes': AGENT,
  'expired agent': EXPIRED_AGENT,
  'revoked agent': REVOKED_AGENT,
  owner: OWNER,
  recovery: RECOVERY,
  'other owner': OTHER_OWNER,
  "other owner's agent": OTHER_AGENT,
  controller: CONTROLLER,
} as const;
export type Caller = keyof typeof callers;

/** Two owners with an agent each; the first has agents of every kind, and a recovery principal. */
export function peopled(wasm: Uint8Array): Risk {
  const risk = new Risk(wasm, START_MS);
  const grant = (agent: Uint8Array, scope: Scope): void =>
    void recordIn(risk.send('grant', encodeGrant({ agent, expiresMs: lateMs, scopes: [scope] }), OWNER));
  for (const [owner, agent] of [
    [OWNER, AGENT],
    [OTHER_OWNER, OTHER_AGENT],
  ] as const) {
    enrol(risk, owner, agent);
    recordIn(risk.send('load_history', encodeHistory(historyOf(market, 20)), agent));
  }
  grant(RELAY_AGENT, 'relay');
  grant(REPORT_AGENT, 'report');
  grant(ENTRY_AGENT, 'request-entry');
  grant(STOP_AGENT, 'stop');
  recordIn(risk.send('set_recovery', encodeRecovery(idOf(400), RECOVERY), OWNER));
  enrolFormerAgents(risk);
  return risk;
}
