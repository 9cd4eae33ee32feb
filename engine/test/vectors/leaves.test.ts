import { describe, expect, it } from 'vitest';
import { ADAPTERS } from './Adapters.ts';
import { compareFile } from './Comparison.ts';
import { VECTORS, hasVectors, loader, type Load } from './Vector.ts';

/** Changes tried of each key; `VECTORS_LEAVES=40 npx vitest run leaves` tries more of them. */
const TRIED = Number(process.env['VECTORS_LEAVES'] ?? 1);

/** Inputs that are used, and whose change these files' cases do not feel; never a number that is expected. */
const UNFELT: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'candles.json': { 'a bar a little different is one too': ['candles[][]'] },
  'clusters.json': {
    'only its sign is read': ['snapshots[].scores[].side'],
    'prices of one bucket are one': ['openInterest[]', 'snapshots[].price', 'snapshots[].scores[].barrier'],
    'widths of as many buckets are one': ['snapshots[].scores[].s4h'],
  },
  'decision.json': {
    'of a tier that no case reaches': ['tiers[].cap', 'tiers[].maxLev', 'tiers[].cum'],
    'no scenario is that small': ['params.minNotional'],
    'held at an end of its range': ['bw', 'bwRef', 'volPct', 'kelly[]'].map(
      (key) => `scenarios[].input.${key}`,
    ),
    'a level that is not walked': ['scenarios[].input.asks[][]', 'scenarios[].input.bids[][]'],
    'the budget is overdrawn with it and without': ['scenarios[].input.others[][]'],
    'not paid': ['scenarios[].input.fundDay'],
  },
  'fan.json': {
    'plays no part in a liquidation': ['tiers[].maxLev'],
    'of a tier that no case reaches': ['tiers[].cap', 'tiers[].cum'],
    'the next rate is the mean': ['cases[].phi'],
    'as many settlements by then': ['cases[].intervalH', 'cases[].nextFundingH'],
  },
  'funding.json': { 'the next rate is the mean': ['cases[].phi'], 'nothing is paid': ['cases[].stopFrac'] },
  'indicators.json': {
    'no value lies in the last bins, or so near to an edge': ['binLogLo', 'binStepLn', 'bins'].map(
      (key) => `params.bwPct.${key}`,
    ),
  },
  'leadlag.json': { 'the move to come is in no case what binds': ['cases[].sig1h'] },
  'leverage.json': {
    'of a tier that no case reaches': ['tiers[].cap', 'tiers[].maxLev', 'tiers[].cum'],
    'held at an end of its range': ['bollinger[].bw', 'bollinger[].bwRef'],
    'one line of margin is through 0: size cancels': ['firstPassageTiered[].N'],
    'another cap is lower': ['firstPassageTiered[].Lhard'],
  },
  'liquidation.json': {
    'plays no part in a liquidation': ['tiers[].maxLev'],
    'of a tier that no case reaches': ['tiers[].cap'],
    'liquidated before and after': ['binance[].mmOther', 'binance[].fee'],
    'without extra margin the size cancels': ['bybitEntryBased[].qty'],
  },
  'orderbook.json': { 'less than the first level allows': ['maxQty[].sMax'] },
  'shock_reduce.json': {
    'no move lies so near to it': ['thresholds.leader'],
    'the next bar opens alike': ['trades[].entryBar'],
    'not reached': ['trades[].x', 'trades[].tmax'],
  },
  'sigma_side.json': {
    'of a tier that N does not reach': ['mmr', 'maxLev', 'cap', 'cum'].map((key) => `params.tiers[].${key}`),
  },
  'sizing.json': {
    'the budget is overdrawn, and one position correlates with no other': ['sigNew', 'rho12', 'budget'].map(
      (key) => `portfolio[].${key}`,
    ),
    'no edge, or more than is believed': ['wins', 'n', 'payoff'].map((key) => `kelly[].${key}`),
  },
};
const unfelt = (name: string): Set<string> =>
  new Set(Object.values(UNFELT[name.replace('_generated', '')] ?? {}).flat());

/** Where a number or flag stands in a file: what holds it, by which key. */
interface Leaf {
  readonly holder: Record<string, number | boolean>;
  readonly key: string;
}

/** Every number and flag below `value` by its place, indices left open. */
function leavesOf(value: object, place = '', into = new Map<string, Leaf[]>()): Map<string, Leaf[]> {
  for (const [key, one] of Object.entries(value) as [string, unknown][]) {
    const below = Array.isArray(value) ? `${place}[]` : place === '' ? key : `${place}.${key}`;
    if (typeof one === 'object' && one !== null) leavesOf(one, below, into);
    else if (typeof one === 'number' || typeof one === 'boolean') {
      const leaves = into.get(below) ?? [];
      leaves.push({ holder: value as Record<string, number | boolean>, key });
      into.set(below, leaves);
    }
  }
  return into;
}

/** Another flag, the next whole number, or a millionth more. */
function changed(value: number | boolean): number | boolean {
  if (typeof value === 'boolean') return !value;
  return Number.isSafeInteger(value) ? value + 1 : value * (1 + 1e-6);
}

/** The same places of a list for the same key, spread over all of it. */
function sampled(leaves: readonly Leaf[], place: string): readonly Leaf[] {
  if (leaves.length <= TRIED) return leaves;
  let seed = 0;
  for (const character of place) seed = (seed * 31 + character.charCodeAt(0)) % 65_521;
  return Array.from(
    { length: TRIED },
    (_, i) => leaves[Math.floor(((i + seed / 65_521) * leaves.length) / TRIED)]!,
  );
}

describe.skipIf(!hasVectors)('a vectors file of which one number or flag is changed', () => {
  it.each(Object.keys(ADAPTERS))('%s fails, whichever it is', (name) => {
    const content = loader(VECTORS)<object>(name);
    const load: Load = <T>(file: string): T => (file === name ? content : loader(VECTORS)(file)) as T;
    const passes = (): boolean => {
      try {
        return compareFile(name, load).failures.length === 0;
      } catch {
        return false;
      }
    };
    const exempt = unfelt(name);
    const unnoticed: string[] = [];
    for (const [place, leaves] of leavesOf(content)) {
      if (exempt.has(place)) continue;
      for (const { holder, key } of sampled(leaves, place)) {
        const stated = holder[key]!;
        holder[key] = changed(stated);
        // The least of all numbers has no millionth.
        if (holder[key] !== stated && passes()) unnoticed.push(`${place}: ${String(stated)}`);
        holder[key] = stated;
      }
    }
    expect(unnoticed).toEqual([]);
    expect(passes()).toBe(true);
  });

  it('fails when it states a number more, which nothing compares', () => {
    const load: Load = <T>(file: string): T => {
      const content = loader(VECTORS)<Record<string, unknown>>(file);
      return (file === 'funding.json' ? { ...content, cap: [{ rate: 0.02 }] } : content) as T;
    };
    expect(compareFile('funding.json', load).failures).toEqual([
      'cap[].rate: stated, but nothing compares it',
    ]);
  });
});
