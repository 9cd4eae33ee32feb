import { EngineError } from '../EngineError.ts';
import { decodeGrant, decodeRevocation, decodeRotation } from '../Grant.ts';
import type { History } from '../History.ts';
import { decodeLimits } from '../LimitsFrame.ts';
import { FIRST_PLACE, MAX_DESKS } from '../Place.ts';
import type { RecordType } from '../Record.ts';
import { grantAgent, revokeAgent, rotateAgent, type Moment } from './Agents.ts';
import { decodeConfirmation } from './Confirmation.ts';
import { control } from './Controls.ts';
import { decodeControl } from './Control.ts';
import { accountOf, marketOf, withAccount, withMarket, type Keeper } from './Keeper.ts';
import { changeMode } from './Ladder.ts';
import { decodeModeChange } from './Mode.ts';
import { cancelRecovery, nameRecovery, recover } from './Recovering.ts';
import { decodeClaim, decodeRecovery } from './Recovery.ts';
import { decodeReport, decodeResolution } from './Report.ts';
import { resolveReport, takeReport } from './Reports.ts';
import { settled } from './Settled.ts';
import { grantWish, isSameAllowed } from './Wish.ts';

/** Every kind of act on the rules, by the type of its record. */
export type KeeperRecord = Extract<
  RecordType,
  | 'limits'
  | 'grant'
  | 'revoke'
  | 'rotation'
  | 'control'
  | 'mode'
  | 'report'
  | 'resolution'
  | 'recovery'
  | 'claim'
  | 'confirmation'
>;

const ACTS: Readonly<Record<KeeperRecord, (keeper: Keeper, frame: Uint8Array, moment: Moment) => Keeper>> = {
  limits: (keeper, frame, { icTimeMs, sequence }) => {
    const allowed = grantWish(keeper, decodeLimits(frame), icTimeMs);
    if (isSameAllowed(allowed, keeper)) return keeper;
    return { ...keeper, ...allowed, limitsVersion: keeper.limitsVersion + 1, limitsSequence: sequence };
  },
  grant: (keeper, frame, moment) => grantAgent(keeper, decodeGrant(frame), moment),
  revoke: (keeper, frame, moment) => revokeAgent(keeper, decodeRevocation(frame), moment),
  rotation: (keeper, frame, moment) => {
    const { from, to } = decodeRotation(frame);
    return rotateAgent(keeper, from, to, moment);
  },
  control: (keeper, frame) => control(keeper, decodeControl(frame)),
  mode: (keeper, frame, { icTimeMs }) => changeMode(keeper, decodeModeChange(frame), icTimeMs),
  report: (keeper, frame, moment) => takeReport(keeper, decodeReport(frame), moment),
  resolution: (keeper, frame) => resolveReport(keeper, decodeResolution(frame).sequence),
  recovery: (keeper, frame) => nameRecovery(keeper, decodeRecovery(frame).recovery),
  // What changes is the desk, see `confirmInBooks`; the act goes on record all the same.
  confirmation: (keeper, frame) => {
    const { place } = decodeConfirmation(frame);
    const account = accountOf(keeper, place.account);
    if (account === null || marketOf(account, place.market) === null) {
      const came = `account ${String(place.account)}, market ${String(place.market)}, where there is none`;
      throw new EngineError('request', 'no-history', 'place', 'a feed with history loaded first', came);
    }
    return { ...keeper };
  },
  claim: (keeper, frame, { icTimeMs }) => {
    switch (decodeClaim(frame).claim) {
      case 'recover':
        return recover(keeper, icTimeMs);
      case 'cancel-recovery':
        return cancelRecovery(keeper);
      case 'cancel-pending':
        return { ...keeper, pending: [] };
      case 'checkpoint':
        return keeper;
    }
  },
};

/**
 * One act on the rules. Loosenings whose time has come hold before it. Who may act is for `assertMay` to say; whatever
 * is on record was allowed.
 *
 * @returns the very argument when the act changes nothing
 * @throws EngineError when the frame is not one of the type's, or asks for what cannot be; nothing is changed then
 */
export function actOn(keeper: Keeper, type: KeeperRecord, frame: Uint8Array, moment: Moment): Keeper {
  const now = settled(keeper, moment.icTimeMs);
  const next = ACTS[type](now, frame, moment);
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
    released: false,
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
      planned: null,
      side: 0,
      quantity: 0,
      entryPrice: 0,
      markPrice: 0,
      sigmaDay: 0,
      baselineUsdt: 0,
      closedUsdt: 0,
    }),
  );
}
