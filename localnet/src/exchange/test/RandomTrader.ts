import { createPrng, type Prng } from '../../market/Prng.ts';
import { BAR_MS, type Bar } from '../../market/Bar.ts';
import { defaultTiers } from '../../market/DefaultTiers.ts';
import { formatE8 } from '../../market/E8.ts';
import type { Recording, SymbolRecording } from '../../market/Recording.ts';
import { accountRoutes } from '../AccountRoutes.ts';
import { batchRoutes } from '../BatchRoutes.ts';
import { Exchange } from '../Exchange.ts';
import { deleverage } from '../ForcedClose.ts';
import { orderRoutes } from '../OrderRoutes.ts';
import { readParameters } from '../Parameters.ts';
import type { Contract } from '../Venue.ts';
import { VenueError } from '../VenueError.ts';

const ROUTES = { ...orderRoutes, ...batchRoutes, ...accountRoutes };
const SYMBOLS = ['ICPUSDT', 'ETHUSDT'] as const;
const TYPES = ['STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET', 'TRAILING_STOP_MARKET'] as const;
const LIVES = ['GTC', 'GTC', 'IOC', 'FOK', 'GTX', 'GTD'] as const;

const START_MS = Date.UTC(2024, 7, 5);
/** Standard deviation of a step within a bar, and of the gap between two. */
const STEP = 0.008;

/** Bars with gaps and swings in which leveraged positions do not last, every other time with an index beside last. */
function wildRecording(prng: Prng, bars: number): Recording {
  const symbol = (name: string, price: number, ticks: number): SymbolRecording => {
    const last = wildBars(prng, bars, price, ticks);
    const index = prng.uniform() < 0.5 ? {} : { index: wildBars(prng, bars, price, ticks * 100) };
    const funding = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => ({
      timeMs: START_MS + i * 3_600_000,
      rateE8: BigInt(Math.round(prng.normal() * 5e4)),
    }));
    return { symbol: name, bars: last, funding, tiers: defaultTiers(name), gaps: [], ...index };
  };
  return { market: symbol('ICPUSDT', 10, 1_000), leader: symbol('ETHUSDT', 3_000, 100), synthetic: true };
}

/** Some thousand USDT a bar: orders of this trader go through several levels of such a book. */
function volumeE8(price: number): bigint {
  return BigInt(Math.round(6_000 / price)) * 100_000_000n;
}

function wildBars(prng: Prng, count: number, price: number, ticksPerUnit: number): Bar[] {
  let level = price;
  const next = (): bigint => {
    level *= Math.exp(STEP * prng.normal());
    // Held near where it began, so that an index drawn apart stays within reach of last.
    level = Math.min(1.1 * price, Math.max(0.9 * price, level));
    return (BigInt(Math.round(level * ticksPerUnit)) * 100_000_000n) / BigInt(ticksPerUnit);
  };
  return Array.from({ length: count }, (_, i) => {
    const points = [next(), next(), next(), next()] as const;
    const sorted = [...points].sort((a, b) => (a < b ? -1 : 1));
    const [openE8, , , closeE8] = points;
    const [lowE8 = openE8, , , highE8 = openE8] = sorted;
    return { timeMs: START_MS + i * BAR_MS, openE8, highE8, lowE8, closeE8, volumeE8: volumeE8(price) };
  });
}

/** One who does anything at any time, the same for the same seed, without HTTP and signatures. */
export class RandomTrader {
  readonly exchange: Exchange;
  private readonly prng: Prng;
  /** Requests that the venue carried out, and those that it refused. */
  done = 0;
  refused = 0;

  constructor(seed: number, bars: number) {
    this.prng = createPrng(seed);
    const { prng } = this;
    this.exchange = new Exchange({
      recording: wildRecording(prng, bars),
      startMs: START_MS,
      book: prng.uniform() < 0.5 ? 'depth' : 'none',
      liquidation: prng.uniform() < 0.5 ? 'fee' : 'margin',
      stopSlippage: prng.uniform() < 0.5 ? 'model' : 'none',
      walletE8: 2_000_000_000_000n,
      seed: String(seed),
    });
    for (const contract of this.exchange.venue.contracts.values()) contract.isolated = prng.uniform() < 0.5;
  }

  /** Does one thing. */
  act(): void {
    const contract = this.exchange.venue.contracts.get(this.pick(SYMBOLS));
    if (contract === undefined) return;
    const { symbol } = contract.rules;
    const draw = this.prng.uniform();
    if (draw < 0.22) this.order(contract);
    else if (draw < 0.42) this.limit(contract);
    else if (draw < 0.56) this.algo(contract);
    else if (draw < 0.62) this.amend(contract);
    else if (draw < 0.65) this.call('DELETE /fapi/v1/allOpenOrders', { symbol });
    else if (draw < 0.67) this.call('DELETE /fapi/v1/algoOpenOrders', { symbol });
    else if (draw < 0.71)
      this.call('POST /fapi/v1/leverage', { symbol, leverage: String(this.whole(1, 25)) });
    else if (draw < 0.74)
      this.call('POST /fapi/v1/marginType', { symbol, marginType: this.pick(['ISOLATED', 'CROSSED']) });
    else if (draw < 0.78) {
      const [amount, type] = [String(this.prng.uniform() * 300).slice(0, 9), this.pick(['1', '2'])];
      this.call('POST /fapi/v1/positionMargin', { symbol, amount, type });
    } else if (draw < 0.79)
      this.call('POST /fapi/v1/countdownCancelAll', { symbol, countdownTime: '250000' });
    else if (draw < 0.8) deleverage(this.exchange.venue, contract, this.size(contract, 1));
    else this.exchange.advance('point');
  }

  private order(contract: Contract): void {
    this.call('POST /fapi/v1/order', {
      ...this.side(contract),
      type: 'MARKET',
      quantity: formatE8(this.size(contract, 6)),
    });
  }

  private limit(contract: Contract): void {
    const timeInForce = this.pick(LIVES);
    const goodTillDate = String(this.exchange.venue.timeMs + 600_001 + this.whole(0, 900_000));
    this.call('POST /fapi/v1/order', {
      ...this.side(contract),
      type: 'LIMIT',
      quantity: formatE8(this.size(contract, 6)),
      price: this.price(contract, 0.03),
      timeInForce,
      ...(timeInForce === 'GTD' ? { goodTillDate } : {}),
    });
  }

  private algo(contract: Contract): void {
    const type = this.pick(TYPES);
    const closes = type.endsWith('T') && type !== 'TRAILING_STOP_MARKET' && this.prng.uniform() < 0.3;
    const { reduceOnly = 'false', ...side } = this.side(contract);
    this.call('POST /fapi/v1/algoOrder', {
      algoType: 'CONDITIONAL',
      ...side,
      type,
      workingType: this.pick(['MARK_PRICE', 'CONTRACT_PRICE']),
      ...(closes ? { closePosition: 'true' } : { quantity: formatE8(this.size(contract, 6)), reduceOnly }),
      ...(type === 'TRAILING_STOP_MARKET'
        ? { callbackRate: this.pick(['0.1', '0.5', '2']) }
        : { triggerPrice: this.price(contract, 0.02) }),
      ...(type === 'STOP' || type === 'TAKE_PROFIT' ? { price: this.price(contract, 0.02) } : {}),
    });
  }

  private amend(contract: Contract): void {
    const open = [...this.exchange.venue.book.openOrders.values()];
    const order = open[this.whole(0, Math.max(0, open.length - 1))];
    if (order === undefined || order.symbol !== contract.rules.symbol) return;
    this.call('PUT /fapi/v1/order', {
      symbol: order.symbol,
      orderId: String(order.orderId),
      side: order.side,
      quantity: formatE8(this.size(contract, 6)),
      price: this.price(contract, 0.02),
    });
  }

  private call(endpoint: string, sent: Readonly<Record<string, string>>): void {
    const route = ROUTES[endpoint];
    const [key] = this.exchange.keys;
    if (route === undefined || key === undefined) throw new Error(`expected a route, got ${endpoint}`);
    try {
      const parameters = readParameters(new URLSearchParams(sent), route.parameters);
      route.answer(this.exchange, parameters, { key, address: '127.0.0.1' });
      this.done += 1;
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      this.refused += 1;
    }
  }

  private side({ rules }: Contract): Readonly<Record<string, string>> {
    const side = this.pick(['BUY', 'SELL']);
    return { symbol: rules.symbol, side, ...(this.prng.uniform() < 0.3 ? { reduceOnly: 'true' } : {}) };
  }

  /** Up to some thousand USDT on the step grid. */
  private size({ rules, lastE8 }: Contract, thousands: number): bigint {
    const quote = BigInt(this.whole(20, thousands * 1_000)) * 100_000_000n * 100_000_000n;
    const steps = quote / lastE8 / rules.stepE8;
    return (steps === 0n ? 1n : steps) * rules.stepE8;
  }

  /** Within a share of last, on the tick grid. */
  private price({ rules, lastE8 }: Contract, share: number): string {
    const offset = BigInt(Math.round((this.prng.uniform() * 2 - 1) * share * 1e6));
    const priceE8 = lastE8 + (lastE8 * offset) / 1_000_000n;
    return formatE8(priceE8 - (priceE8 % rules.tickE8));
  }

  private whole(least: number, most: number): number {
    return least + Math.floor(this.prng.uniform() * (most - least + 1));
  }

  private pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    const item = items[Math.floor(this.prng.uniform() * items.length)];
    if (item === undefined) throw new RangeError('expected something to choose from, got nothing');
    return item;
  }
}
