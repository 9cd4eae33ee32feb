import type { Bar } from './Bar.ts';
import { larger, smaller } from './E8.ts';
import type { OpenInterest } from './OpenInterestFile.ts';
import type { Prng } from './Prng.ts';
import type { SymbolRecording } from './Recording.ts';

/** Standard deviation of the premium of last over index, and how much of it a bar keeps. */
const PREMIUM_DEVIATION = 4e-4;
const PREMIUM_KEPT = 0.9;
/** Daily volumes that are held open at the start, and how open interest moves in a bar. */
const OPEN_DAYS = 0.8;
const INTEREST_DEVIATION = 1.5e-3;

/** A made-up symbol with an index around which its price swings by some basis points, and with open interest. */
export function withIndex(prng: Prng, symbol: SymbolRecording): SymbolRecording {
  let premium = 0;
  const index: Bar[] = [];
  const openInterest: OpenInterest[] = [];
  const volume = symbol.bars.reduce((sum, bar) => sum + Number(bar.volumeE8), 0);
  const days = symbol.bars.length === 0 ? 1 : spanDays(symbol.bars);
  let interestE8 = (volume / days) * OPEN_DAYS;
  for (const bar of symbol.bars) {
    const before = premium;
    premium = PREMIUM_KEPT * premium + PREMIUM_DEVIATION * Math.sqrt(1 - PREMIUM_KEPT ** 2) * prng.normal();
    index.push(indexBar(bar, before, premium));
    interestE8 *= Math.exp(INTEREST_DEVIATION * prng.normal());
    openInterest.push({ timeMs: bar.timeMs, amountE8: BigInt(Math.round(interestE8)) });
  }
  return { ...symbol, index, openInterest };
}

function spanDays(bars: readonly Bar[]): number {
  return Math.max(1, ((bars.at(-1)?.timeMs ?? 0) - (bars[0]?.timeMs ?? 0)) / 86_400_000);
}

/** The bar of prices that lie a premium below last: that of the bar before at its open, its own at its close. */
function indexBar(bar: Bar, before: number, after: number): Bar {
  const below = (priceE8: bigint, premium: number): bigint =>
    priceE8 - (priceE8 * BigInt(Math.round(premium * 1e8))) / 100_000_000n;
  const openE8 = below(bar.openE8, before);
  const closeE8 = below(bar.closeE8, after);
  const middle = (before + after) / 2;
  return {
    timeMs: bar.timeMs,
    openE8,
    highE8: larger(larger(openE8, closeE8), below(bar.highE8, middle)),
    lowE8: smaller(smaller(openE8, closeE8), below(bar.lowE8, middle)),
    closeE8,
    volumeE8: 0n,
  };
}
