import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import {
  BAR_MS,
  createDesk,
  decodeObservation,
  DEFAULT_LIMITS,
  encodeObservation,
  FLAT,
  loadHistory,
  NO_BOOK,
  observe,
  type Decision,
  type Position,
} from '@plimsoll/engine';
import { checkConfig, type Config } from '../../agent/src/config/Config.ts';
import { configText } from '../../agent/src/config/ConfigText.ts';
import { Budget } from '../../agent/src/run/Budget.ts';
import { dueFor, jitterOf } from '../../agent/src/run/Cadence.ts';
import { AGENT } from '../../canisters/risk/test/support/Cast.ts';
import { historyOf, lookOf, type Market } from '../../canisters/risk/test/support/Market.ts';

/** Once a minute at the minute, or as the agent's own rules have it. */
export type Cadence = 'one a minute' | 'adaptive';

/** One look of the day as it is sent. */
export interface Sent {
  readonly timeMs: number;
  readonly frame: Uint8Array;
}

/** Bars loaded before the day: three days of them, after which every indicator is there. */
export const HISTORY_BARS = 864;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** What is held on a day of holding: base units, and the leverage that its margin stands for. */
const QUANTITY = 150;
const LEVERAGE = 3;

/** The agent's configuration as `plimsoll init` writes it. */
function defaultConfig(): Config {
  const nobody = '2vxsx-fae';
  const answers = { urls: ['https://icp-api.io'], rootKey: 'mainnet', venueKind: 'binanceusdm' } as const;
  const { config, faults } = checkConfig(parse(configText({ ...answers, canister: nobody, owner: nobody })));
  if (config === null) throw new Error(`the default configuration: ${faults.join('; ')}`);
  return config;
}

/** Where price is at a share of a bar: from open by one extreme and the other to close, as the bar rose or fell. */
function priceWithin({ open, high, low, close }: Market['bars'][number], share: number): number {
  const way = close >= open ? [open, low, high, close] : [open, high, low, close];
  const leg = Math.min(2, Math.floor(3 * share));
  const price = way[leg]! + (way[leg + 1]! - way[leg]!) * (3 * share - leg);
  return Math.round(price * 1e6) / 1e6;
}

/** Ids as agents make them: hashes. */
function idOf(number: number): Uint8Array {
  return createHash('sha256').update(String(number)).digest().subarray(0, 16);
}

/**
 * The looks of a day's first hours at an account that is flat, or that holds a long as far as the decisions let it. The
 * day begins with the market's bar after the history, at 00:00 UTC.
 */
export function looksOf(market: Market, cadence: Cadence, isHeld: boolean, hours: number): Sent[] {
  const { cadence: rules, budget: allowance } = defaultConfig();
  const startMs = market.bars[HISTORY_BARS]!.timeMs;
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, historyOf(market, HISTORY_BARS));
  const budget = new Budget(allowance, startMs);
  const jitterMs = jitterOf(AGENT, rules.jitterSeconds);
  const sent: Sent[] = [];
  let position: Position = FLAT;
  let decision: Decision | null = null;
  let toldMs = -Infinity;
  let toldBarMs = startMs - BAR_MS;
  let leaderAtTold = 0;
  let hasAccountChanged = false;
  for (let nowMs = startMs + SECOND_MS; nowMs <= startMs + hours * HOUR_MS; nowMs += SECOND_MS) {
    const running = HISTORY_BARS + Math.floor((nowMs - startMs) / BAR_MS);
    const share = (nowMs % BAR_MS) / BAR_MS;
    const markPrice = priceWithin(market.bars[running]!, share);
    const leader = priceWithin(market.leaderBars[running]!, share);
    const { stopPrice = 0, liquidationEffective = 0 } = decision ?? {};
    const levels = position.side === 0 ? [] : [stopPrice, liquidationEffective];
    const leaderMove = leaderAtTold > 0 ? leader / leaderAtTold - 1 : 0;
    const isWithinBudget = budget.isLeft(nowMs);
    const moment = {
      nowMs,
      toldMs,
      toldBarMs,
      markPrice,
      levels,
      leaderMove,
      hasAccountChanged,
      isWithinBudget,
    };
    const isDue = cadence === 'adaptive' ? dueFor(moment, rules, jitterMs) !== null : nowMs % MINUTE_MS === 0;
    if (!isDue) continue;
    const hasBar = market.bars[running - 1]!.timeMs > toldBarMs;
    const look = lookOf(market, running - 1, {
      id: idOf(nowMs),
      tick: !hasBar,
      afterMs: nowMs % BAR_MS,
      position,
      ...(position.side !== 0 && { restingStopPrice: stopPrice }),
      ...(!hasBar && { markPrice }),
    });
    // A tick brings no book.
    const frame = encodeObservation(hasBar ? look : { ...look, book: NO_BOOK });
    decision = observe(desk, decodeObservation(frame)).decision;
    sent.push({ timeMs: nowMs, frame });
    budget.spend(nowMs, 1);
    toldMs = nowMs;
    if (hasBar) toldBarMs = market.bars[running - 1]!.timeMs;
    leaderAtTold = leader;
    const next = isHeld && position.side === 0 ? opened(markPrice, nowMs) : obey(position, decision);
    hasAccountChanged = next !== position;
    position = next;
  }
  return sent;
}

function opened(entryPrice: number, openedMs: number): Position {
  const walletUsdt = Math.round((QUANTITY * entryPrice) / LEVERAGE);
  return { side: 1, quantity: QUANTITY, entryPrice, walletUsdt, venueLiquidationPrice: 0, openedMs };
}

/** What the account holds once the decision is carried out. */
function obey(position: Position, { action, targetQuantity }: Decision): Position {
  if (action === 'CLOSE') return FLAT;
  if (action !== 'REDUCE') return position;
  const walletUsdt = Math.round((position.walletUsdt * targetQuantity) / position.quantity);
  return { ...position, quantity: targetQuantity, walletUsdt };
}
