import { EngineError, outOfDomain } from '../EngineError.ts';
import { decodeGrant, decodeRevocation, decodeRotation, type Scope } from '../Grant.ts';
import type { History } from '../History.ts';
import { decodeLimits } from '../LimitsFrame.ts';
import { FIRST_PLACE } from '../Place.ts';
import { assertAgent, assertOwner, isOwner } from './Access.ts';
import { grantAgent, revokeAgent, rotateAgent, type Moment } from './Agents.ts';
import { control } from './Controls.ts';
import { decodeControl, type ControlKind } from './Control.ts';
import { accountOf, marketOf, MAX_DESKS, withAccount, withMarket, type Keeper } from './Keeper.ts';
import { changeMode } from './Ladder.ts';
import { decodeModeChange } from './Mode.ts';
import { cancelRecovery, nameRecovery, recover } from './Recovering.ts';
import { decodeClaim, decodeRecovery, type ClaimKind } from './Recovery.ts';
import { decodeReport, decodeResolution } from './Report.ts';
import { resolveReport, takeReport } from './Reports.ts';
import { settled } from './Settled.ts';
import { grantWish, isSameAllowed } from './Wish.ts';

/** The acts that change rules and decide nothing, by the canister's methods. */
export const KEEPER_METHODS = [
  'set_limits',
  'cancel_pending',
  'grant',
  'revoke',
  'rotate',
  'halt',
  'flatten',
  'takeover',
  'release',
  'resume',
  'set_mode',
  'report',
  'resolve',
  'set_recovery',
  'recover',
  'cancel_recovery',
] as const;
export type KeeperMethod = (typeof KEEPER_METHODS)[number];

/** Who acts, when, and as which record. */
export interface Context extends Moment {
  readonly sender: Uint8Array;
}

type Act = (keeper: Keeper, frame: Uint8Array, context: Context) => Keeper;

function ofOwner(act: Act): Act {
  return (keeper, frame, context) => {
    assertOwner(keeper, context.sender);
    return act(keeper, frame, context);
  };
}

/** A control of the owner's, and of agents that have the scope where one is named. */
function controlled(kind: ControlKind, scope: Scope | null): Act {
  return (keeper, frame, { sender, icTimeMs }) => {
    const act = decodeControl(frame);
    if (act.control !== kind) throw outOfDomain('control', kind, act.control);
    if (scope === null) assertOwner(keeper, sender);
    else if (!isOwner(keeper, sender)) assertAgent(keeper, sender, scope, act.account, icTimeMs);
    return control(keeper, act);
  };
}

function assertClaim(frame: Uint8Array, kind: ClaimKind): void {
  const { claim } = decodeClaim(frame);
  if (claim !== kind) throw outOfDomain('claim', kind, claim);
}

const ACTS: Readonly<Record<KeeperMethod, Act>> = {
  set_limits: ofOwner((keeper, frame, { icTimeMs, sequence }) => {
    const allowed = grantWish(keeper, decodeLimits(frame), icTimeMs);
    if (isSameAllowed(allowed, keeper)) return keeper;
    return { ...keeper, ...allowed, limitsVersion: keeper.limitsVersion + 1, limitsSequence: sequence };
  }),
  cancel_pending: ofOwner((keeper, frame) => {
    assertClaim(frame, 'cancel-pending');
    return { ...keeper, pending: [] };
  }),
  grant: ofOwner((keeper, frame, context) => grantAgent(keeper, decodeGrant(frame), context)),
  revoke: ofOwner((keeper, frame, context) => revokeAgent(keeper, decodeRevocation(frame), context)),
  rotate: ofOwner((keeper, frame, context) => {
    const { from, to } = decodeRotation(frame);
    return rotateAgent(keeper, from, to, context);
  }),
  halt: controlled('halt', 'stop'),
  flatten: controlled('flatten', 'stop'),
  takeover: controlled('takeover', null),
  release: controlled('release', null),
  resume: controlled('resume', null),
  set_mode: ofOwner((keeper, frame, { icTimeMs }) => changeMode(keeper, decodeModeChange(frame), icTimeMs)),
  report: (keeper, frame, context) => {
    const report = decodeReport(frame);
    const { sender, icTimeMs } = context;
    assertAgent(keeper, sender, 'report', report.place.account, icTimeMs);
    return takeReport(keeper, report, context);
  },
  resolve: ofOwner((keeper, frame) => resolveReport(keeper, decodeResolution(frame).sequence)),
  set_recovery: ofOwner((keeper, frame) => nameRecovery(keeper, decodeRecovery(frame).recovery)),
  recover: (keeper, frame, { sender, icTimeMs }) => {
    assertClaim(frame, 'recover');
    return recover(keeper, sender, icTimeMs);
  },
  cancel_recovery: ofOwner((keeper, frame) => {
    assertClaim(frame, 'cancel-recovery');
    return cancelRecovery(keeper);
  }),
};

/**
 * One act on the rules. Loosenings whose time has come hold before it. The very argument when it changes nothing.
 *
 * @throws EngineError when the sender may not, or the frame is not one of the method's; nothing is changed then
 */
export function actOn(keeper: Keeper, method: KeeperMethod, frame: Uint8Array, context: Context): Keeper {
  const now = settled(keeper, context.icTimeMs);
  const next = ACTS[method](now, frame, context);
  return next === now ? keeper : next;
}

/**
 * Pins a place to what its first history says: the account to kind, venue and account hash, the market to its symbol.
 *
 * @throws EngineError `feed-kind`, `other-account`, `other-market`, `too-many-desks`
 */
export function pinPlace(before: Keeper, history: History, icTimeMs: number): Keeper {
  const keeper = settled(before, icTimeMs);
  const { account: number, market: marketNumber } = history.place ?? FIRST_PLACE;
  const { kind, venue, accountHash, instrument } = history;
  const account = accountOf(keeper, number) ?? {
    account: number,
    halted: false,
    manual: false,
    kind,
    venue,
    accountHash,
    mode: 'advisory' as const,
    modeSinceMs: icTimeMs,
    decisions: 0,
    plans: 0,
    timeMs: 0,
    equityUsdt: 0,
    peakUsdt: 0,
    day: 0,
    dayStartUsdt: 0,
    losses: 0,
    realisedUsdt: 0,
    breaker: null,
    breakerUntilMs: 0,
    coolUntilMs: 0,
    takeoverUsdt: 0,
    markets: [],
  };
  if (account.kind !== kind) {
    throw new EngineError('request', 'feed-kind', 'history.kind', `${account.kind} for ever`, kind);
  }
  if (account.venue !== venue || account.accountHash.some((byte, i) => byte !== accountHash[i])) {
    throw new EngineError(
      'request',
      'other-account',
      'history.accountHash',
      'the account of this feed',
      'another',
    );
  }
  const market = marketOf(account, marketNumber);
  if (market !== null) {
    if (market.symbol !== instrument.symbol) {
      throw new EngineError(
        'request',
        'other-market',
        'history.instrument',
        market.symbol,
        instrument.symbol,
      );
    }
    return keeper;
  }
  const twin = account.markets.find(({ symbol }) => symbol === instrument.symbol);
  if (twin !== undefined) {
    const expected = `market ${String(twin.market)}, where ${twin.symbol} is`;
    throw new EngineError('request', 'other-market', 'history.place', expected, String(marketNumber));
  }
  const desks = keeper.accounts.reduce((sum, { markets }) => sum + markets.length, 0);
  if (desks >= MAX_DESKS) {
    const expected = `at most ${String(MAX_DESKS)} feeds`;
    throw new EngineError('request', 'too-many-desks', 'history.place', expected, 'one more');
  }
  return withAccount(
    keeper,
    withMarket(account, {
      market: marketNumber,
      symbol: instrument.symbol,
      halted: false,
      manual: false,
      flattening: false,
      side: 0,
      quantity: 0,
      entryPrice: 0,
      markPrice: 0,
      sigmaDay: 0,
      baselineUsdt: 0,
    }),
  );
}
