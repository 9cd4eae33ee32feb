import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KAPPA_0 } from '../../engine/src/Feed.ts';
import { capFirstPassage } from '../../engine/src/model/Leverage.ts';
import { defaultTiers } from '../../localnet/src/market/DefaultTiers.ts';
import { tiersAt } from '../../localnet/src/market/MarginTier.ts';
import { PICTURES } from './Gallery.ts';
import { plainTiers } from './Recorded.ts';

/** Rows of the page's table of L_FP: side, hours, and the cap at each daily volatility (%). */
const PAGE = readFileSync(join(PICTURES, '..', 'model.md'), 'utf8');
const NOTIONAL_USDT = 10_000;
const TIERS = plainTiers(tiersAt(defaultTiers('ICPUSDT'), Date.UTC(2025, 5, 30)));

function cells(row: string): string[] {
  return row
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

const [head = ''] = PAGE.match(/^\| volatility per day .*$/m) ?? [];
const volatilities = cells(head).map((cell) => Number.parseFloat(cell) / 100);
const rows = [...PAGE.matchAll(/^\| (long|short), (\d+) h .*$/gm)];

describe('the page’s table of L_FP is the engine’s', () => {
  test('it has three rows of eight volatilities', () => {
    expect([rows.length, volatilities.length]).toEqual([3, 8]);
  });

  test.each(rows.map(([row, side, hours]) => [row, side, Number(hours)] as const))(
    '%s',
    (row, side, hours) => {
      const terms = {
        side: side === 'long' ? 1 : -1,
        notional: NOTIONAL_USDT,
        feeClose: 0.0005,
        costEntry: 0.0005,
      };
      const caps = volatilities.map((sigmaDay) =>
        capFirstPassage(terms, TIERS, sigmaDay / Math.sqrt(24), hours, KAPPA_0).toFixed(1),
      );
      expect(cells(row)).toEqual(caps);
    },
  );
});
