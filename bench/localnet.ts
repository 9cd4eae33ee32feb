/*
 * How fast the local Internet Computer and exchange are to real clients: npm run bench -- localnet [--json] [--rounds N]
 * What is compared takes turns within one run, so that a noisy machine is noisy for all.
 */
import { networkRows, volumeRows } from '../localnet/bench/Network.ts';
import { broken, tableOf } from '../localnet/bench/Row.ts';
import { startRows } from '../localnet/bench/Start.ts';
import { venueRows } from '../localnet/bench/Venue.ts';

const at = process.argv.indexOf('--rounds');
const rounds = at < 0 ? 300 : Number(process.argv[at + 1]);
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(
    `--rounds: expected a whole number from 1, got ${process.argv[at + 1] ?? 'none'}; leave it out for 300`,
  );
  process.exit(2);
}
const rows = [
  ...(await networkRows(rounds)),
  ...(await startRows()),
  ...volumeRows(),
  ...(await venueRows(4 * rounds)),
];
console.log(process.argv.includes('--json') ? JSON.stringify({ rounds, rows }) : tableOf(rows));
if (broken(rows).length > 0) process.exitCode = 1;
