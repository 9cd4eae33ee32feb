import { BAR_MS, type Account, type Instrument, type Position } from '@plimsoll/engine';
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { AccountChange } from '../stream/VenueStream.ts';
import {
  kindOf,
  type Fill,
  type ForcedClose,
  type FundingPayment,
  type OrderKind,
  type OrderRequest,
  type Permissions,
  type Settings,
  type Venue,
  type VenueOrder,
} from '../venue/Venue.ts';
import { VenueError, type VenueLeaf } from '../venue/VenueError.ts';
import {
  execute,
  openPaperAccount,
  PAPER_SLIPPAGE,
  paperLiquidationPrice,
  paperPosition,
  settle,
  unrealizedUsdt,
  type PaperAccount,
} from './PaperAccount.ts';

export interface PaperOptions {
  /** Real prices; its account is never asked. */
  readonly market: Venue;
  /** Where the account is kept. */
  readonly path: string;
  readonly equityUsdt: number;
}

/**
 * A venue whose market is real and whose account is **simulated** on this machine: market orders fill whole, at the
 * mark and a little worse; triggers go by the mark as it is heard, and by the bars while nobody listened.
 */
export class PaperVenue implements Venue {
  readonly symbol: string;
  readonly #market: Venue;
  readonly #path: string;
  #account: PaperAccount;
  #instrument: Instrument | null = null;
  #markPrice = 0;
  #writing: Promise<void> = Promise.resolve();
  /** Told of what the account goes through by itself. */
  onChange: (what: AccountChange) => void = () => undefined;

  private constructor({ market, path }: PaperOptions, account: PaperAccount) {
    this.symbol = market.symbol;
    this.#market = market;
    this.#path = path;
    this.#account = account;
  }

  /** Opens the account kept at the path, or a new one; what happened while nobody listened is made up for. */
  static async open(options: PaperOptions): Promise<PaperVenue> {
    const { timeMs } = await options.market.market();
    const kept = readAccount(options.path);
    const venue = new PaperVenue(options, kept ?? openPaperAccount(options.equityUsdt, timeMs));
    if (kept !== null) await venue.#catchUp(timeMs);
    await venue.#save();
    return venue;
  }

  synchronise = (): Promise<number> => this.#market.synchronise();
  listing = (): ReturnType<Venue['listing']> => this.#market.listing();
  market = (): ReturnType<Venue['market']> => this.#market.market();
  openInterestHistory: Venue['openInterestHistory'] = (sinceMs, untilMs) =>
    this.#market.openInterestHistory(sinceMs, untilMs);
  openInterest = (): Promise<number> => this.#market.openInterest();
  book = (): ReturnType<Venue['book']> => this.#market.book();
  closedBars: Venue['closedBars'] = (symbol, sinceMs, limit) =>
    this.#market.closedBars(symbol, sinceMs, limit);
  settlements: Venue['settlements'] = (symbol, sinceMs) => this.#market.settlements(symbol, sinceMs);

  async instrument(): Promise<Instrument> {
    this.#instrument = await this.#market.instrument();
    return this.#instrument;
  }

  async account(): Promise<Account> {
    const { freeUsdt, position } = this.#account;
    const equity = freeUsdt + (position?.marginUsdt ?? 0) + unrealizedUsdt(this.#account, await this.#mark());
    return { equityUsdt: Math.max(0, equity), availableUsdt: Math.max(0, freeUsdt) };
  }

  async position(): Promise<Position> {
    return paperPosition(this.#account, await this.#rules());
  }

  restingOrders(): Promise<readonly VenueOrder[]> {
    return Promise.resolve(this.#account.orders.filter(({ state }) => state === 'resting'));
  }

  fills(sinceMs: number): Promise<readonly Fill[]> {
    return Promise.resolve(this.#account.fills.filter(({ timeMs }) => timeMs > sinceMs));
  }

  forcedCloses(sinceMs: number): Promise<readonly ForcedClose[]> {
    return Promise.resolve((this.#account.forced ?? []).filter(({ timeMs }) => timeMs > sinceMs));
  }

  fundingPayments(sinceMs: number): Promise<readonly FundingPayment[]> {
    return Promise.resolve(this.#account.funding.filter(({ timeMs }) => timeMs > sinceMs));
  }

  acceptedOrders(sinceMs: number): Promise<readonly VenueOrder[]> {
    return Promise.resolve(this.#account.orders.filter(({ createdMs }) => createdMs > sinceMs));
  }

  /** There is no key, so that nothing can be withdrawn by it. */
  permissions(): Promise<Permissions> {
    return Promise.resolve({
      canWithdraw: false,
      isIpRestricted: true,
      canTradeFutures: true,
      expiresMs: null,
    });
  }

  settings(): Promise<Settings> {
    return Promise.resolve({ isOneWay: true, isIsolated: true, leverage: this.#account.leverage });
  }

  async prepare(leverage: number): Promise<void> {
    if (this.#account.position === null) this.#account.leverage = leverage;
    await this.#save();
  }

  async send(request: OrderRequest): Promise<VenueOrder> {
    const account = this.#account;
    const { timeMs, markPrice } = await this.#market.market();
    const { takerFee } = await this.#rules();
    if (this.#find(request.clientOrderId, kindOf(request.type)) !== null)
      throw refusal('duplicate-order-id', `no other order ${request.clientOrderId}`, 'one');
    const order: VenueOrder = {
      kind: kindOf(request.type),
      clientOrderId: request.clientOrderId,
      venueId: String(account.nextId++),
      type: request.type,
      side: request.side,
      quantity: request.quantity,
      filledQuantity: 0,
      averagePrice: 0,
      triggerPrice: request.type === 'market' ? 0 : request.triggerPrice,
      reduceOnly: request.type === 'market' ? request.reduceOnly : true,
      trigger: request.type === 'market' ? null : 'mark',
      state: 'resting',
      createdMs: timeMs,
      updatedMs: timeMs,
    };
    if (request.type !== 'market') {
      if (isTriggered(order, markPrice))
        throw refusal('would-trigger', 'a trigger that the price has not passed', String(markPrice));
      account.orders.push(order);
      await this.#save();
      return order;
    }
    const price = slipped(markPrice, request.side);
    const needed = (request.quantity * price) / account.leverage;
    if (!request.reduceOnly && account.position?.side !== opposite(request.side) && needed > account.freeUsdt)
      throw refusal(
        'insufficient-margin',
        `${needed.toFixed(2)} USDT of margin`,
        account.freeUsdt.toFixed(2),
      );
    account.orders.push(order);
    const filled = execute(account, { ...order, id: order.venueId }, price, takerFee, timeMs);
    if (filled === 0) {
      account.orders.pop();
      throw refusal('reduce-only-rejected', 'a position to reduce', 'none');
    }
    const done = settle(account, order, { filledQuantity: filled, averagePrice: price, state: 'filled' });
    await this.#save();
    this.onChange('fill');
    return done;
  }

  async cancel({ clientOrderId, kind }: { kind: OrderKind; clientOrderId: string }): Promise<void> {
    const order = this.#find(clientOrderId, kind);
    if (order?.state !== 'resting') throw refusal('not-found', `${clientOrderId} to rest`, 'nothing');
    const { timeMs } = await this.#market.market();
    settle(this.#account, order, { state: 'cancelled', updatedMs: timeMs });
    await this.#save();
  }

  lookUp(clientOrderId: string, kind: OrderKind): Promise<VenueOrder | null> {
    return Promise.resolve(this.#find(clientOrderId, kind));
  }

  /** The mark as it was heard: sets off what it reaches. */
  async onMark(markPrice: number, timeMs: number): Promise<void> {
    this.#markPrice = markPrice;
    if (timeMs <= this.#account.seenMs) return;
    this.#account.seenMs = timeMs;
    if (this.#account.position !== null) await this.#reach(markPrice, timeMs);
  }

  /** Funding settled since it was looked at last. */
  async settleFunding(untilMs: number): Promise<void> {
    const { position, funding } = this.#account;
    const sinceMs = Math.max(funding.at(-1)?.timeMs ?? 0, position?.openedMs ?? untilMs);
    if (position === null) return;
    for (const { timeMs, rate } of await this.#market.settlements(this.symbol, sinceMs)) {
      if (timeMs <= sinceMs || timeMs > untilMs) continue;
      const amountUsdt = -position.side * position.quantity * (await this.#mark()) * rate;
      position.marginUsdt += amountUsdt;
      funding.push({ id: String(this.#account.nextId++), amountUsdt, timeMs });
    }
    await this.#save();
  }

  async #reach(price: number, timeMs: number): Promise<void> {
    const account = this.#account;
    const instrument = await this.#rules();
    const liquidation = paperLiquidationPrice(account, instrument);
    const resting = account.orders.filter((order) => order.state === 'resting');
    const due = resting.filter((order) => isTriggered(order, price));
    // Stops before liquidation: the price met them first.
    for (const order of due) {
      const at = order.type === 'stop' ? slipped(price, order.side) : order.triggerPrice;
      const id = String(account.nextId++);
      const filled = execute(account, { ...order, id }, at, instrument.takerFee, timeMs);
      const state = filled > 0 ? 'filled' : 'expired';
      settle(account, order, { filledQuantity: filled, averagePrice: at, state, updatedMs: timeMs });
    }
    const { position } = account;
    const isLiquidated = position !== null && liquidation > 0 && position.side * (price - liquidation) <= 0;
    if (isLiquidated) {
      account.forced = [
        ...(account.forced ?? []),
        {
          id: String(account.nextId++),
          kind: 'liquidation',
          side: position.side > 0 ? 'sell' : 'buy',
          quantity: position.quantity,
          price: liquidation,
          timeMs,
        },
      ];
      account.position = null;
    }
    if (due.length === 0 && !isLiquidated) return;
    await this.#save();
    this.onChange(isLiquidated ? 'liquidation' : 'fill');
  }

  /** While nobody listened the bars tell what the price reached: the worse end of each first. */
  async #catchUp(nowMs: number): Promise<void> {
    const sinceMs = this.#account.seenMs;
    const bars = await this.#market.closedBars(this.symbol, sinceMs - BAR_MS, 3_000);
    for (const { timeMs, high, low } of bars) {
      if (this.#account.position === null) break;
      const isLong = this.#account.position.side > 0;
      for (const price of isLong ? [low, high] : [high, low])
        if (this.#account.position !== null) await this.#reach(price, Math.min(timeMs + BAR_MS, nowMs));
    }
    this.#account.seenMs = nowMs;
    await this.settleFunding(nowMs);
  }

  #find(clientOrderId: string, kind: OrderKind): VenueOrder | null {
    return (
      this.#account.orders.findLast((each) => each.clientOrderId === clientOrderId && each.kind === kind) ??
      null
    );
  }

  async #rules(): Promise<Instrument> {
    return this.#instrument ?? (await this.instrument());
  }

  async #mark(): Promise<number> {
    if (this.#markPrice === 0) this.#markPrice = (await this.#market.market()).markPrice;
    return this.#markPrice;
  }

  #save(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const temporary = `${this.#path}.part`;
      await writeFile(temporary, JSON.stringify(this.#account), { mode: 0o600 });
      await rename(temporary, this.#path);
    });
    return this.#writing;
  }
}

function readAccount(path: string): PaperAccount | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PaperAccount;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const opposite = (side: 'buy' | 'sell'): 1 | -1 => (side === 'buy' ? -1 : 1);

function slipped(price: number, side: 'buy' | 'sell'): number {
  return price * (side === 'buy' ? 1 + PAPER_SLIPPAGE : 1 - PAPER_SLIPPAGE);
}

/** A stop fires as the price goes against the position it closes, a take-profit as it goes with it. */
function isTriggered({ type, side, triggerPrice }: VenueOrder, markPrice: number): boolean {
  const fallsTo = (side === 'sell') === (type === 'stop');
  return fallsTo ? markPrice <= triggerPrice : markPrice >= triggerPrice;
}

function refusal(leaf: VenueLeaf, expected: string, came: string): VenueError {
  return new VenueError(
    { kind: 'request', leaf, outcome: 'rejected' },
    `expected ${expected}, got ${came} (paper account, simulated).`,
  );
}
