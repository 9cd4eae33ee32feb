import { createHash } from 'node:crypto';
import { MAX_AMOUNT, type Side } from '@plimsoll/engine';
import { z } from 'zod';

/** A wish to enter that came from outside. It holds no price, no size in units, no leverage: those are decided. */
export interface SignalIntent {
  /** Derived from the sender's id, so that the same signal is the same intent to the canister, for ever. */
  readonly id: Uint8Array;
  /** The sender's own id. */
  readonly signalId: string;
  readonly side: Side;
  readonly notionalUsdt: number;
  /** The sender's time of it; wall time. */
  readonly sentMs: number;
}

/** Why a payload gave no intent. Stable names. */
export type SignalLeaf =
  'malformed' | 'not-an-entry' | 'wrong-symbol' | 'too-large' | 'no-size' | 'stale' | 'from-the-future';

export type Parsed =
  | {
      readonly kind: 'intent';
      readonly intent: SignalIntent;
      /** Names of fields that were given and play no part, such as a confidence or a leverage. */
      readonly ignored: readonly string[];
    }
  | { readonly kind: 'refused'; readonly leaf: SignalLeaf; readonly message: string };

export interface SignalRules {
  /** The venue's id of the perpetual, such as `ICPUSDT`. */
  readonly symbol: string;
  /** Wished for where the signal names no size; null demands one. */
  readonly defaultNotionalUsdt: number | null;
  readonly maxNotionalUsdt: number;
  /** A signal older than this is not acted on. */
  readonly maxAgeMs: number;
}

/** A sender's clock may be ahead by so much. */
export const MAX_AHEAD_MS = 5_000;
const MAX_IGNORED = 20;
const MAX_NAME_LENGTH = 40;

const ENTRIES: Readonly<Record<string, Side>> = { buy: 1, long: 1, sell: -1, short: -1 };
const EXITS: readonly string[] = ['close', 'exit', 'flat', 'flatten', 'cancel', 'close_long', 'close_short'];

/** What is read of a payload; whatever else stands in it is ignored, and said to be. */
const PAYLOAD = z.looseObject({
  id: z.string().regex(/^[\x21-\x7e]{8,128}$/, 'expected 8 to 128 characters without blanks'),
  time: z.union([z.iso.datetime({ offset: true }), z.int().positive()]),
  symbol: z.string().max(64),
  side: z.string().max(32),
  notionalUsdt: z.number().positive().max(MAX_AMOUNT).optional(),
});
const READ = new Set([...Object.keys(PAYLOAD.shape), 'secret', 'ticker', 'action']);

/**
 * Reads a payload. Total: whatever comes in, an intent comes out or a refusal that says why.
 * @param payload parsed JSON, its secret already checked
 */
export function parseSignal(payload: unknown, rules: SignalRules, nowMs: number): Parsed {
  const checked = PAYLOAD.safeParse(withUsualNames(payload));
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? 'the payload' : issue.path.join('.');
    return refused('malformed', `${place}: ${issue?.message ?? 'not understood'}`);
  }
  const { id, time, symbol, side, notionalUsdt = rules.defaultNotionalUsdt } = checked.data;
  if (plainSymbol(symbol) !== rules.symbol) {
    return refused('wrong-symbol', `expected ${rules.symbol}, got another symbol`);
  }
  const word = side.trim().toLowerCase();
  const entry = Object.hasOwn(ENTRIES, word) ? ENTRIES[word] : undefined;
  if (entry === undefined) {
    return EXITS.includes(word)
      ? refused(
          'not-an-entry',
          'a signal can only wish to enter: exits follow the plan, the owner can flatten',
        )
      : refused('malformed', 'side: expected buy, long, sell or short');
  }
  if (notionalUsdt === null) return refused('no-size', 'expected notionalUsdt, for none is configured');
  if (notionalUsdt > rules.maxNotionalUsdt) {
    return refused('too-large', `expected at most ${String(rules.maxNotionalUsdt)} USDT, got more`);
  }
  const sentMs = typeof time === 'number' ? time : Date.parse(time);
  if (sentMs > nowMs + MAX_AHEAD_MS)
    return refused('from-the-future', 'expected a time that has come; set the clocks');
  if (sentMs < nowMs - rules.maxAgeMs) {
    return refused(
      'stale',
      `expected a signal of the last ${String(rules.maxAgeMs / 1_000)} s, got an older one`,
    );
  }
  return {
    kind: 'intent',
    intent: { id: intentIdOf(id), signalId: id, side: entry, notionalUsdt, sentMs },
    ignored: ignoredOf(payload),
  };
}

/** TradingView's own words for symbol and side are taken too. */
function withUsualNames(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return payload;
  const fields = payload as Record<string, unknown>;
  return {
    ...fields,
    symbol: fields['symbol'] ?? fields['ticker'],
    side: fields['side'] ?? fields['action'],
  };
}

/** `BINANCE:ICPUSDT.P`, `ICP/USDT:USDT` and `ICPUSDT` are one perpetual. */
function plainSymbol(text: string): string {
  const [, pair = text] = /^[A-Z0-9_]+:([^/]+)$/i.exec(text) ?? [];
  const [base = ''] = pair.split(':');
  return base.replace(/\.P$/i, '').replace(/[/-]/g, '').toUpperCase();
}

/** 16 bytes, as an intent's id is. */
function intentIdOf(signalId: string): Uint8Array {
  const hash = createHash('sha256').update('plimsoll/signal/1').update(signalId).digest();
  return Uint8Array.from(hash.subarray(0, 16));
}

function ignoredOf(payload: unknown): readonly string[] {
  return Object.keys(payload as object)
    .filter((name) => !READ.has(name))
    .slice(0, MAX_IGNORED)
    .map((name) => name.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_NAME_LENGTH));
}

function refused(leaf: SignalLeaf, message: string): Parsed {
  return { kind: 'refused', leaf, message };
}
