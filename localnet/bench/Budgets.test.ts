import { expect, it } from 'vitest';
import { networkRows } from './Network.ts';
import { broken, type Row } from './Row.ts';
import { venueRows } from './Venue.ts';

/** The ratios that `npm run bench -- localnet` prints, with fewer rounds; the machine may be busy, so the best of a few tries counts. */
const TRIES = 3;

it.each<[string, () => Promise<Row[]>]>([
  ['a verified query takes little more than the client and its HTTP alone', () => networkRows(40)],
  ['a signed order takes little more than a signed read', () => venueRows(150)],
])('%s', async (_name, measure) => {
  let over: Row[] = [];
  for (let i = 0; i < TRIES; i++) {
    over = broken(await measure());
    if (over.length === 0) break;
  }
  expect(over).toEqual([]);
});
