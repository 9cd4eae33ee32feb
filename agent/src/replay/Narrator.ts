import { binding, bindingLeverage, type Decision } from '@plimsoll/engine';
import pc from 'picocolors';
import type { Journal } from '../journal/Journal.ts';
import type { OrderRow } from '../journal/Rows.ts';
import { grantedPlan } from '../run/grantedPlan.ts';
import type { Passed, Wished } from '../run/Session.ts';
import type { PriceText } from '../view/prices.ts';
import { decimal, money, signedMoney } from '../view/words.ts';
import { wrap } from '../view/wrap.ts';
import type { MarketStatus } from './Control.ts';
import { progressLine } from './progressLine.ts';
import type { Follower } from './Replay.ts';
import type { Summary } from './Summary.ts';

/** Where a narrator writes. */
export interface Screen {
  readonly write: (text: string) => void;
  /** Whether lines can be written over: a terminal that somebody looks at. */
  readonly isLive: boolean;
  /** +∞ where nothing need be broken: not a terminal. */
  readonly columns: () => number;
}

const WORD_WIDTH = 8;
const DATE_WIDTH = 10;
/** From here on each line has room for its date; below, a day has a line of its own. */
const WIDE = 72;
/** Without a live line, progress is told this often. */
const TENTHS = 10;

/** As many decimals as a frame carries. */
const quantityText = (quantity: number): string => decimal(quantity, 8);

function distance(from: number, to: number): string {
  const percent = (to / from - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}

function sideName(side: number): string {
  return side > 0 ? 'long' : 'short';
}

/** Tells a person what happens, one line an event, with a line of progress below where the screen allows it. */
export class Narrator implements Follower {
  readonly #screen: Screen;
  readonly #journal: Journal;
  readonly #asset: string;
  readonly #price: PriceText;
  readonly #states = new Map<string, string>();
  /** Trigger price told last, by trade. */
  readonly #stops = new Map<string, number>();
  readonly #startedMs = performance.now();
  #barsAtStart = -1;
  #held: { readonly position: string; readonly stop: string } | null = null;
  #lastTime = '';
  #lastDate = '';
  #tenthsTold = 0;
  #hasProgress = false;

  constructor(screen: Screen, journal: Journal, asset: string, price: PriceText) {
    this.#screen = screen;
    this.#journal = journal;
    this.#asset = asset;
    this.#price = price;
    for (const row of journal.allOrders()) this.#states.set(row.clientOrderId, row.state);
  }

  /** Lines that belong to no market time. */
  say(...lines: readonly string[]): void {
    this.#clearProgress();
    for (const line of lines) {
      const indent = line.length - line.trimStart().length;
      for (const each of wrap(line, this.#screen.columns(), indent + 2)) this.#screen.write(`${each}\n`);
    }
  }

  readonly passed = (status: MarketStatus, passes: readonly Passed[]): void => {
    for (const { decision, execution, sequence } of passes) {
      this.#decided(decision, sequence);
      this.#orders(decision.timeMs, execution.problems);
    }
    const last = passes.at(-1);
    if (last !== undefined) this.#hold(last.decision, last.execution.position.quantity);
    this.#progress(status);
  };

  readonly wished = (status: MarketStatus, wished: Wished): void => {
    const { intent, decision, execution, after, sequence } = wished;
    const wish = `${sideName(intent.side)} ${money(intent.notionalUsdt)} USDT`;
    const plan = grantedPlan(decision);
    if (plan === null) {
      this.#line(intent.timeMs, 'refused', `${wish}: ${binding(decision)}`, pc.dim(`record ${sequence}`));
    } else {
      const targets = plan.takeProfits.map(({ price }) => this.#price(price)).join(' / ') || 'none';
      this.#line(
        intent.timeMs,
        'plan',
        `${wish} → ${quantityText(plan.quantity)} ${this.#asset} (${this.#sizeBinding(decision)}) at ${plan.leverage}x (${bindingLeverage(decision)})`,
      );
      this.#line(
        intent.timeMs,
        '',
        `stop ${this.#price(plan.stopPrice)} (${distance(plan.referencePrice, plan.stopPrice)}), take profit ${targets}, ` +
          `liquidation ${this.#price(plan.liquidationPrice)} (${distance(plan.referencePrice, plan.liquidationPrice)})`,
        pc.dim(`record ${sequence}`),
      );
    }
    this.#orders(intent.timeMs, execution.problems);
    for (const pass of after) this.#orders(pass.decision.timeMs, pass.execution.problems);
    const last = after.at(-1);
    if (last !== undefined) this.#hold(last.decision, last.execution.position.quantity);
    this.#progress(status);
  };

  readonly tended: Follower['tended'] = (status, execution) => {
    this.#orders(status.timeMs, execution?.problems ?? []);
    if (execution !== null && execution.position.side === 0) this.#held = null;
    this.#progress(status);
  };

  /** The account of what happened. */
  ended(summary: Summary, status: MarketStatus): void {
    this.#clearProgress();
    const { trades, entries } = summary;
    const total = trades.reduce((sum, trade) => sum + trade.pnl, 0);
    const label = status.synthetic ? 'synthetic market' : 'recorded prices';
    this.say(
      '',
      `${pc.bold('Summary')}  ${label}, simulated fills: it shows that the rules were kept, not that they earn`,
      `  bars ${summary.bars}, decisions ${summary.decisions}, verified ${summary.decisionsVerified}, refused ${summary.decisionsRefused.reduce((sum, { count }) => sum + count, 0)}`,
      `  wishes ${entries.requested}, entered ${entries.entered}, refused ${entries.refused.length}`,
      `  legs closed ${trades.length}, result ${signedMoney(total)} USDT after fees and funding`,
      `  liquidations ${summary.liquidations}, duplicate orders ${summary.duplicateOrders}, longest without a stop ${summary.longestUnprotectedMs} ms`,
      `  instructions per observe ${(summary.instructionsPerObserve.median / 1e6).toFixed(1)} M (median), ${summary.wallSeconds.toFixed(1)} s in all`,
      `  receipts ${summary.receipts.path} (${summary.receipts.count})`,
      `  bundle   ${summary.bundle}`,
    );
  }

  #decided(decision: Decision, sequence: number): void {
    if (decision.action === 'CLOSE') {
      this.#line(decision.timeMs, 'close', `all of it: ${decision.reason}`, pc.dim(`record ${sequence}`));
    } else if (decision.action === 'REDUCE') {
      const because = decision.reason === 'over-size' ? this.#sizeBinding(decision) : decision.reason;
      this.#line(
        decision.timeMs,
        'reduce',
        `to ${quantityText(decision.targetQuantity)} ${this.#asset}: ${because}`,
        pc.dim(`record ${sequence}`),
      );
    }
  }

  #sizeBinding(decision: Decision): string {
    return binding({ ...decision, reason: 'size' });
  }

  /** Everything that changed on the venue since the journal was looked at last. */
  #orders(timeMs: number, problems: readonly string[]): void {
    for (const row of this.#journal.allOrders()) {
      const before = this.#states.get(row.clientOrderId);
      if (before === row.state) continue;
      this.#states.set(row.clientOrderId, row.state);
      const text = this.#orderText(row);
      if (text !== null) this.#line(row.endedMarketMs ?? row.confirmedMarketMs ?? timeMs, ...text);
    }
    for (const problem of problems) this.#line(timeMs, 'problem', pc.bold(problem));
  }

  #orderText(row: OrderRow): [string, string] | null {
    const filled = `${quantityText(row.filledQuantity)} ${this.#asset} at ${this.#price(row.averagePrice)}`;
    const resting = `${quantityText(row.quantity)} ${this.#asset} at ${this.#price(row.triggerPrice)}`;
    if (row.state === 'filled') {
      switch (row.role) {
        case 'entry':
          return ['entered', pc.bold(`${row.side === 'buy' ? 'bought' : 'sold'} ${filled}`)];
        case 'stop':
          return ['stopped', pc.bold(filled)];
        case 'close':
          return ['closed', pc.bold(filled)];
        case 'reduce':
          return ['reduced', pc.bold(filled)];
        default:
          return ['profit', pc.bold(`${filled} (${row.role})`)];
      }
    }
    if (row.state === 'confirmed' && row.role === 'stop') {
      const before = this.#stops.get(row.tradeId);
      this.#stops.set(row.tradeId, row.triggerPrice);
      if (before === undefined) return ['stop', `${resting} rests on the venue, reduce-only, by mark price`];
      return before === row.triggerPrice
        ? ['stop', `resized to ${resting}`]
        : ['stop', `${this.#price(before)} → ${this.#price(row.triggerPrice)}`];
    }
    if (row.state === 'ambiguous')
      return ['problem', pc.bold(`${row.role}: the venue has not said what became of it`)];
    if (row.state === 'rejected')
      return ['problem', pc.bold(`${row.role} rejected: ${row.failure ?? 'no reason given'}`)];
    return null;
  }

  #hold(decision: Decision, quantity: number): void {
    this.#held =
      quantity > 0 && decision.side !== 0
        ? {
            position: `${sideName(decision.side)} ${quantityText(quantity)}`,
            stop: this.#price(decision.stopPrice),
          }
        : null;
  }

  /** An event after its time and kind; what does not fit goes on below, beside the text's beginning. */
  #line(timeMs: number, word: string, text: string, aside = ''): void {
    this.#clearProgress();
    const columns = this.#screen.columns();
    const iso = new Date(timeMs).toISOString();
    const date = iso.slice(0, DATE_WIDTH);
    const clock = iso.slice(DATE_WIDTH + 1, DATE_WIDTH + 6);
    const isWide = columns >= WIDE;
    if (!isWide && date !== this.#lastDate) this.#screen.write(`${pc.dim(date)}\n`);
    const time = isWide ? `${date} ${clock}` : clock;
    const shown = `${date} ${clock}` === this.#lastTime ? ' '.repeat(time.length) : time;
    this.#lastTime = `${date} ${clock}`;
    this.#lastDate = date;
    const line = `${pc.dim(shown)}  ${word.padEnd(WORD_WIDTH)}${text}${aside === '' ? '' : `  ${aside}`}`;
    const indent = time.length + 2 + WORD_WIDTH;
    for (const each of wrap(line, columns, indent)) this.#screen.write(`${each}\n`);
  }

  #progress({ barsDone, barsTotal, timeMs, lastPrice }: MarketStatus): void {
    if (this.#barsAtStart === -1) this.#barsAtStart = barsDone;
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const progress = {
      timeMs,
      price: this.#price(Number(lastPrice)),
      held: this.#held,
      barsDone,
      barsTotal,
      barsPerSecond: seconds > 0 ? (barsDone - this.#barsAtStart) / seconds : 0,
    };
    const columns = this.#screen.columns();
    if (this.#screen.isLive) {
      this.#clearProgress();
      // The last column stays free: some terminals begin a new line as soon as it is written.
      this.#screen.write(pc.inverse(progressLine(progress, columns - 1)));
      this.#hasProgress = true;
      return;
    }
    const tenths = Math.floor((TENTHS * barsDone) / barsTotal);
    if (tenths === this.#tenthsTold) return;
    this.#tenthsTold = tenths;
    this.#screen.write(`${progressLine(progress, columns)}\n`);
  }

  #clearProgress(): void {
    if (!this.#hasProgress) return;
    this.#screen.write('\r\u001b[2K');
    this.#hasProgress = false;
  }
}
