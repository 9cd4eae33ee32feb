/*
 * The risk model of leveraged perpetuals: deterministic functions over plain numbers. No clock, no randomness, no I/O
 * and no dependency; equal inputs give equal bits in V8, in QuickJS and in browsers.
 *
 * A `Desk` is one owner's account in one perpetual, a fold over frames: `loadHistory` warms it, `observe` takes what
 * venue and account show, steps its feed and decides (a `Decision`), `intend` answers a wish with a `Plan` or a refusal,
 * `snapshotDesk` and `restoreDesk` keep it as bytes. Below it lies the `Feed`, which `step` feeds bar by bar. Frames are
 * `encode…` and `decode…` of each noun (docs/frame.md). The keeper of the owner's rules stands above all desks.
 */
export * from './Answer.ts';
export * from './Bar.ts';
export { assertSummary, MAX_BOOK_LEVELS, NO_BOOK, type BookLevel, type BookSummary } from './BookSummary.ts';
export * from './Constraints.ts';
export * from './Decision.ts';
export { decodeDecision, encodeDecision } from './DecisionFrame.ts';
export * from './Desk.ts';
export { PLAN_NONE } from './PlanSlot.ts';
export { createDesk, restoreDesk, setLimits, snapshotDesk, stateHash, type Desk } from './DeskState.ts';
export * from './EngineError.ts';
export * from './Essence.ts';
export { createFeed, isMapKnown, KAPPA_0, setCrowd, TOUCH_PROBABILITY, type Feed } from './Feed.ts';
export * from './FeedSteps.ts';
export * from './Funding.ts';
export * from './Grant.ts';
export * from './History.ts';
export * from './Instrument.ts';
export * from './Intent.ts';
export * from './Limits.ts';
export { createLook, MAX_OBSERVED_BARS, type Look } from './Look.ts';
export { readLook } from './LookFrame.ts';
export { decodeLimits, encodeLimits } from './LimitsFrame.ts';
export * from './Observation.ts';
export * from './Place.ts';
export * from './Plan.ts';
export * from './Position.ts';
export * from './Quantity.ts';
export * from './Record.ts';
export * from './SelfTest.ts';
export * from './Slack.ts';
export { isJump } from './Sequence.ts';
export * from './Stance.ts';
export { type Statistics } from './Statistics.ts';
export type { Trade } from './Trade.ts';
export { isWarm, loadHistory } from './Warming.ts';
export {
  assertAccount,
  assertAgent,
  assertMay,
  assertMayAct,
  assertOwner,
  assertRecovery,
  endOf,
  grantFor,
  grantOf,
  isOwner,
  KEEPER_METHODS,
  REPORT_GRACE_MS,
  type KeeperMethod,
} from './keeper/Access.ts';
export { actOn, pinPlace, type KeeperRecord } from './keeper/Acts.ts';
export { isForgotten, MAX_GRANTS, type Moment } from './keeper/Agents.ts';
export * from './keeper/Books.ts';
export * from './keeper/Checkpoint.ts';
export * from './keeper/Confirmation.ts';
export * from './keeper/Control.ts';
export * from './keeper/Departure.ts';
export * from './keeper/Judgement.ts';
export * from './keeper/Keeper.ts';
export { decodeKeeper, encodeKeeper } from './keeper/KeeperFrame.ts';
export * from './keeper/Kept.ts';
export { STEPS, type Step } from './keeper/Ladder.ts';
export * from './keeper/Mode.ts';
export { RECOVERY_DELAY_MS } from './keeper/Recovering.ts';
export * from './keeper/Recovery.ts';
export * from './keeper/Report.ts';
export { settled } from './keeper/Settled.ts';
export {
  grantWish,
  isNowhereLooser,
  LIMIT_UNITS,
  wished,
  type Allowed,
  type Pending,
  type Value,
} from './keeper/Wish.ts';
export { MAX_AMOUNT } from './codec/Bytes.ts';
export { FRAME_VERSION, ID_BYTES, idIn } from './codec/Frame.ts';
export { sameBytes, textOf } from './codec/Same.ts';
export { notionalTo, walkBook, type BookWalk, type Ladder } from './model/Book.ts';
export { liquidationPrice } from './model/Liquidation.ts';
export type { MarginRule } from './model/MarginRule.ts';
export type { MarginTier, MarginTiers } from './model/MarginTiers.ts';
export { deriveCum } from './model/MarginTiers.ts';
export type { OtherPosition } from './model/Portfolio.ts';
