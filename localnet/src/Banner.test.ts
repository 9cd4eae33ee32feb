import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { banner, wrapped, type BannerFacts } from './Banner.ts';

const FACTS: BannerFacts = {
  icUrl: 'http://127.0.0.1:4943',
  rootKey: 'ab'.repeat(133),
  exchangeUrl: 'http://127.0.0.1:4944',
  identityUrl: 'http://127.0.0.1:4945',
  credentials: { apiKey: 'key', apiSecret: 'secret' },
  market: 'a synthetic market, seed 1',
  stateDirectory: undefined,
  clock: 'manual',
  notAsOnTheIc: ['one subnet of one node, so that no consensus is needed and no threshold signature is made'],
  notAsOnBinance: ['liquidation takes the whole position at once: there is no partial liquidation'],
};

describe('the banner', () => {
  it('keeps to the width of the terminal, except for what must be copied whole', () => {
    for (const columns of [40, 60, 80, 250, undefined]) {
      const long = banner(FACTS, columns)
        .split('\n')
        .filter((line) => line.length > Math.min(columns ?? 110, 110));
      expect(long.every((line) => line.includes(FACTS.rootKey) || line.includes('http://'))).toBe(true);
    }
  });

  it('ends with the addresses, so that they are seen however short the terminal is', () => {
    const last = banner(FACTS, 80).split('\n').slice(-14).join('\n');
    for (const url of [FACTS.icUrl, FACTS.exchangeUrl, FACTS.identityUrl ?? '']) expect(last).toContain(url);
  });

  it('loses no word when it wraps', () => {
    const words = fc.array(
      fc.string({ unit: 'grapheme-ascii', minLength: 1 }).map((word) => word.replaceAll(' ', '_')),
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 80 }), (list, width) => {
        const lines = wrapped(list.join(' '), width);
        expect(lines.join(' ')).toBe(list.join(' '));
        for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true);
      }),
    );
  });
});
