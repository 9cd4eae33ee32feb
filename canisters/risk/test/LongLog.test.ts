import { DEFAULT_LIMITS, encodeGrant, encodeLimits, encodeObservation } from '@plimsoll/engine';
import { expect, it } from 'vitest';
import { TREES } from '../src/Log.ts';
import {
  afloat,
  AGENT,
  DAY_MS,
  enrol,
  OTHER_AGENT,
  OTHER_OWNER,
  OWNER,
  principalOf,
  recordIn,
} from './support/Cast.ts';
import { createMarket, lookOf, START_MS } from './support/Market.ts';
import { writeReport } from './support/Report.ts';
import { builtWasm, Risk } from './support/Risk.ts';

/** `npm run campaign -- canister-log` has more of them. */
const RECORDS = Number(process.env['LOG_RECORDS'] ?? 3_000);
const SAMPLE = 250;
/** Records at the first sample. */
const FIRST = 50 + SAMPLE;
/** Look-ups in a tree of records that a call makes; a record is put in, which goes down it twice. */
const LOOK_UPS = { record: 2, page: 4, head: 1 } as const;
/** What one of them may take for each level of that tree, millions of instructions. */
const LEVEL = 0.02;
/** The tree branches sixfold at least. */
const LEVELS = Math.log(Math.max(RECORDS, 2 * FIRST) / FIRST) / Math.log(6);

/** Stable memory that holds anything, by pages of 4 KiB. */
const usedBytes = (risk: Risk): number => risk.subnet.stableImage(risk.id).content.length * 4_096;

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** Millions of instructions by kind of call, means over a sample. */
type Costs = Record<'record' | 'page' | 'head', number>;

/*
 * Owners' records lie in B-trees, each deeper the more there are in it: a look-up of an entry takes some 15 k
 * instructions more for each level, whoever's it is. So a call may take longer by its look-ups' new levels and by nothing
 * else, and an owner's own length is told from the tree's by another owner in it, who has few records.
 */
it(
  `one owner’s log of ${String(RECORDS)} records makes no call slower than it is for one with few`,
  async () => {
    const risk = new Risk(await builtWasm(), START_MS);
    const plenty = 10n ** 15n;
    risk.setPolicy({
      ownerUpdatesPerDay: plenty,
      ownerInstructionsPerDay: plenty,
      instructionsPerDay: plenty,
    });
    enrol(risk);
    // Whoever registers next shares the tree again.
    for (let i = 1; i < TREES; i++)
      recordIn(risk.send('register', encodeLimits(DEFAULT_LIMITS), principalOf(100 + i)));
    enrol(risk, OTHER_OWNER, OTHER_AGENT);
    const spent = (): number => Number(risk.instructions) / 1e6;
    let written = 0;
    const write = (owner: Uint8Array): number => {
      // The journal goes into the tree now and then, as it would between messages.
      if (written % 16 === 0) {
        risk.clock.advanceMs(5_000);
        risk.subnet.run();
      }
      const expiresMs = START_MS + 9_000 * DAY_MS + written++;
      const agent = principalOf(owner === OWNER ? 50 : 51);
      recordIn(risk.send('grant', encodeGrant({ agent, expiresMs }), owner));
      return spent();
    };
    const sample = (owner: Uint8Array, length: number): Costs => {
      const [records, pages, heads]: number[][] = [[], [], []];
      for (let i = 0; i < SAMPLE; i++) {
        records!.push(write(owner));
        if (i % 10 !== 0) continue;
        risk.page(owner, owner, length + i - 3, 3);
        pages!.push(spent());
        risk.head(owner, owner);
        heads!.push(spent());
      }
      return { record: mean(records!), page: mean(pages!), head: mean(heads!) };
    };
    for (let i = 0; i < FIRST - SAMPLE; i++) write(OWNER);
    const first = sample(OWNER, FIRST - SAMPLE);
    while (written < RECORDS - SAMPLE) {
      write(OWNER);
      if (written % 50_000 === 0) process.stderr.write(`${String(written)} of ${String(RECORDS)} records\n`);
    }
    const last = sample(OWNER, written);
    for (let i = 0; i < 50; i++) write(OTHER_OWNER);
    const beside = sample(OTHER_OWNER, 50);
    const of = (name: string, over: Costs): readonly [string, number][] => [
      [`record, ${name}`, last.record / over.record],
      [`page of three, ${name}`, last.page / over.page],
      [`proven head, ${name}`, last.head / over.head],
    ];
    const figures: Readonly<Record<string, number>> = {
      records: RECORDS,
      'instructions of a record at first, M': first.record,
      'at last, M': last.record,
      'page of three at first, M': first.page,
      'page of three at last, M': last.page,
      'proven head at first, M': first.head,
      'proven head at last, M': last.head,
      ...Object.fromEntries([...of('last over first', first), ...of('last over another’s', beside)]),
      'stable bytes per record': usedBytes(risk) / RECORDS,
    };
    writeReport(figures);
    const shown = JSON.stringify(figures);
    for (const kind of ['record', 'page', 'head'] as const) {
      expect(last[kind] / beside[kind], `${kind}: ${shown}`).toBeLessThan(1.05);
      expect(last[kind] - first[kind], `${kind}: ${shown}`).toBeLessThan(LOOK_UPS[kind] * LEVEL * LEVELS);
    }
  },
  4 * 3_600_000,
);

it('a closed bar on record takes a kilobyte of stable memory, its frame and the tree included', async () => {
  const [history, bars] = [60, 288];
  const market = createMarket(history + bars, 7);
  const risk = afloat(await builtWasm(), market, history);
  const before = usedBytes(risk);
  let keptBytes = 0;
  for (let i = history; i < history + bars; i++) {
    const frame = encodeObservation(lookOf(market, i));
    const answer = risk.send('observe', frame, AGENT);
    if (answer.kind === 'record') keptBytes += answer.record.length + frame.length;
  }
  // docs/scale.md counts with this.
  expect((usedBytes(risk) - before) / bars).toBeGreaterThan(keptBytes / bars);
  expect((usedBytes(risk) - before) / bars).toBeLessThan(1_100);
});
