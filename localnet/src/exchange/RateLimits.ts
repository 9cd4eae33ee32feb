import { VenueError } from './VenueError.ts';

/** Limits of one address and one account, as `exchangeInfo` names them. */
export const WEIGHT_PER_MINUTE = 2_400;
export const ORDERS_PER_MINUTE = 1_200;
export const ORDERS_PER_10_SECONDS = 300;

/** The limits as the venue lists them. */
export const ORDER_LIMITS = [
  { rateLimitType: 'ORDERS', interval: 'MINUTE', intervalNum: 1, limit: ORDERS_PER_MINUTE },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: ORDERS_PER_10_SECONDS },
] as const;
export const WEIGHT_LIMIT = {
  rateLimitType: 'REQUEST_WEIGHT',
  interval: 'MINUTE',
  intervalNum: 1,
  limit: WEIGHT_PER_MINUTE,
} as const;

const MINUTE_MS = 60_000;
const TEN_SECONDS_MS = 10_000;
/** Requests an address may still send in a minute it has used up before it is banned. */
const PATIENCE = 50;
const FIRST_BAN_MS = 2 * MINUTE_MS;
const LONGEST_BAN_MS = 3 * 24 * 60 * MINUTE_MS;

/** Too much was asked; `retryAfterMs` says when to come back. */
export class RateLimitError extends VenueError {
  readonly retryAfterMs: number;

  constructor(code: number, message: string, httpStatus: number, retryAfterMs: number) {
    super(code, message, httpStatus);
    this.name = 'RateLimitError';
    this.retryAfterMs = retryAfterMs;
  }
}

/** A count that begins anew with each window of wall time. */
class Window {
  readonly spanMs: number;
  private index = -1;
  private used = 0;

  constructor(spanMs: number) {
    this.spanMs = spanMs;
  }

  count(nowMs: number): number {
    return Math.floor(nowMs / this.spanMs) === this.index ? this.used : 0;
  }

  add(nowMs: number, amount: number): number {
    this.used = this.count(nowMs) + amount;
    this.index = Math.floor(nowMs / this.spanMs);
    return this.used;
  }

  leftMs(nowMs: number): number {
    return this.spanMs - (nowMs % this.spanMs);
  }
}

interface Address {
  readonly weight: Window;
  readonly excess: Window;
  bannedUntilMs: number;
  nextBanMs: number;
}

/** Weights by address: over the limit 429, going on regardless 418, each ban twice as long as the one before. */
export class AddressLimits {
  private readonly addresses = new Map<string, Address>();

  /**
   * Books a request's weight. When not `enforced`, only counts.
   * @returns weight used in this minute
   * @throws RateLimitError 429 or 418, both -1003
   */
  spend(address: string, weight: number, nowMs: number, enforced: boolean): number {
    const entry = this.entryOf(address);
    if (!enforced) return entry.weight.add(nowMs, weight);
    if (nowMs < entry.bannedUntilMs) throw banned(address, entry.bannedUntilMs, nowMs);
    const used = entry.weight.add(nowMs, weight);
    if (used <= WEIGHT_PER_MINUTE) return used;
    if (entry.excess.add(nowMs, 1) > PATIENCE) {
      entry.bannedUntilMs = nowMs + entry.nextBanMs;
      entry.nextBanMs = Math.min(2 * entry.nextBanMs, LONGEST_BAN_MS);
      throw banned(address, entry.bannedUntilMs, nowMs);
    }
    throw new RateLimitError(
      -1003,
      `Too many requests; current limit of IP(${address}) is ${WEIGHT_PER_MINUTE} requests per minute. Please use the websocket for live updates to avoid polling the API.`,
      429,
      entry.weight.leftMs(nowMs),
    );
  }

  private entryOf(address: string): Address {
    const known = this.addresses.get(address);
    if (known !== undefined) return known;
    const entry: Address = {
      weight: new Window(MINUTE_MS),
      excess: new Window(MINUTE_MS),
      bannedUntilMs: 0,
      nextBanMs: FIRST_BAN_MS,
    };
    this.addresses.set(address, entry);
    return entry;
  }
}

/** Orders that an account has sent. */
export class OrderLimits {
  private readonly tenSeconds = new Window(TEN_SECONDS_MS);
  private readonly minute = new Window(MINUTE_MS);

  /** @throws RateLimitError 429, -1015, when `enforced` and used up */
  require(nowMs: number, enforced: boolean): void {
    if (!enforced) return;
    for (const [window, limit, name] of [
      [this.tenSeconds, ORDERS_PER_10_SECONDS, 'TEN_SECONDS'],
      [this.minute, ORDERS_PER_MINUTE, 'MINUTE'],
    ] as const) {
      if (window.count(nowMs) < limit) continue;
      throw new RateLimitError(
        -1015,
        `Too many new orders; current limit is ${limit} orders per ${name}.`,
        429,
        window.leftMs(nowMs),
      );
    }
  }

  /** Counts orders placed; the two windows may weigh a batch differently. */
  add(nowMs: number, inTenSeconds: number, inMinute: number): void {
    this.tenSeconds.add(nowMs, inTenSeconds);
    this.minute.add(nowMs, inMinute);
  }

  counts(nowMs: number): { readonly tenSeconds: number; readonly minute: number } {
    return { tenSeconds: this.tenSeconds.count(nowMs), minute: this.minute.count(nowMs) };
  }
}

function banned(address: string, untilMs: number, nowMs: number): RateLimitError {
  return new RateLimitError(
    -1003,
    `Way too many requests; IP(${address}) banned until ${untilMs}. Please use the websocket for live updates to avoid bans.`,
    418,
    untilMs - nowMs,
  );
}
