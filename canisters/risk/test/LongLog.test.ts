import { encodeGrant } from '@plimsoll/engine';
import { expect, it } from 'vitest';
import { DAY_MS, enrol, OWNER, principalOf, recordIn } from './support/Cast.ts';
import { START_MS } from './support/Market.ts';
import { writeReport } from './support/Report.ts';
import { builtWasm, Risk } from './support/Risk.ts';

/** `npm run campaign -- canister-log` has more of them. */
const RECORDS = Number(process.env['LOG_RECORDS'] ?? 3_000);
const SAMPLE = 250;

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

it(`one owner’s log of ${String(RECORDS)} records makes no call slower`, async () => {
  const risk = new Risk(await builtWasm(), START_MS);
  risk.setPolicy({
    ownerUpdatesPerDay: 10n ** 12n,
    ownerInstructionsPerDay: 10n ** 15n,
    instructionsPerDay: 10n ** 15n,
  });
  enrol(risk);
  const agent = principalOf(50);
  const wrote: number[] = [];
  const read: number[] = [];
  const proved: number[] = [];
  for (let i = 0; i < RECORDS; i++) {
    // The journal goes into the tree now and then, as it would between messages.
    if (i % 16 === 0) {
      risk.clock.advanceMs(5_000);
      risk.subnet.run();
    }
    const frame = encodeGrant({ agent, expiresMs: START_MS + 9_000 * DAY_MS + i });
    recordIn(risk.send('grant', frame, OWNER));
    const isSampled = i < SAMPLE + 50 || i >= RECORDS - SAMPLE;
    if (isSampled && i >= 50) {
      wrote.push(Number(risk.instructions));
      if (i % 10 === 0) {
        risk.page(OWNER, OWNER, Math.max(0, i - 3), 3);
        read.push(Number(risk.instructions));
        risk.head(OWNER, OWNER);
        proved.push(Number(risk.instructions));
      }
    }
  }
  const growth = (values: readonly number[]): number => {
    const half = Math.floor(values.length / 2);
    return mean(values.slice(half)) / mean(values.slice(0, half));
  };
  const figures = {
    records: RECORDS,
    'instructions of a record at first, M': mean(wrote.slice(0, SAMPLE)) / 1e6,
    'at last, M': mean(wrote.slice(-SAMPLE)) / 1e6,
    'write, last over first': growth(wrote),
    'page of three, last over first': growth(read),
    'proven head, last over first': growth(proved),
    'stable bytes per record': (risk.subnet.stableImage(risk.id).content.length * 4_096) / RECORDS,
  };
  writeReport(figures);
  expect(figures['write, last over first'], JSON.stringify(figures)).toBeLessThan(1.1);
  expect(figures['page of three, last over first']).toBeLessThan(1.1);
  expect(figures['proven head, last over first']).toBeLessThan(1.1);
}, 7_200_000);
