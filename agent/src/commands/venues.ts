import { InvalidArgumentError, Option, type Command } from 'commander';
import { CliError } from '../cli/CliError.ts';
import { EXIT } from '../cli/ExitCode.ts';
import { printJson, printLines } from '../cli/Output.ts';
import { DIRECTORY, type Listed } from '../venues/Directory.ts';
import type { VenueReading } from '../venues/Reading.ts';
import { readVenue } from '../venues/readVenue.ts';
import { reportLines } from '../venues/Report.ts';
import { scoresOf, type Trade } from '../venues/Score.ts';

interface Flags {
  readonly base: string;
  readonly side: 'long' | 'short';
  readonly notional: number;
  readonly hold: number;
  readonly venues: readonly Listed[];
  readonly at?: ReadonlyMap<string, string>;
  readonly timeout: number;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  plimsoll venues --notional 5000 --side short --hold 48
  plimsoll venues --venues binanceusdm,okx,bybit --json
  plimsoll venues --venues binanceusdm --at binanceusdm=http://127.0.0.1:4944

Asks public addresses of the named venues, without keys. With --at only that server is asked for that venue.
Exit codes: 0 at least one venue was read, 2 wrong use, 3 none could be read.`;

export function register(program: Command): void {
  program
    .command('venues')
    .description('Compare where to trade: depth, cost for your size, funding, protective orders.')
    .option('--base <asset>', 'what is traded', asset, 'ICP')
    .addOption(new Option('--side <side>', 'of the trade').choices(['long', 'short']).default('long'))
    .option('--notional <usdt>', 'your size', positive, 1_000)
    .option('--hold <hours>', 'how long it would be held', positive, 24)
    .addOption(
      new Option('--venues <ids>', "ccxt's ids, separated by commas")
        .argParser(venuesOf)
        .default(DIRECTORY, DIRECTORY.map(({ id }) => id).join(',')),
    )
    .option('--at <id=url>', 'another server that speaks a venue’s interface; may be repeated', elsewhere)
    .option('--timeout <seconds>', 'for one answer', positive, 10)
    .option('--json', 'print every figure with its source and time as JSON')
    .addHelpText('after', EXAMPLES)
    .action(venues);
}

async function venues(flags: Flags): Promise<void> {
  const trade: Trade = {
    side: flags.side === 'long' ? 1 : -1,
    notionalUsdt: flags.notional,
    holdHours: flags.hold,
  };
  const lines = await Promise.all(
    flags.venues.map((venue) =>
      readVenue(
        venue,
        { base: flags.base, ...trade },
        { timeoutMs: flags.timeout * 1_000, baseUrl: flags.at?.get(venue.id) ?? null },
      ),
    ),
  );
  const readings = lines.filter((line): line is VenueReading => line.outcome === 'read');
  const scores = scoresOf(readings, trade);
  if (flags.json === true) printJson({ base: flags.base, trade, venues: lines, scores });
  else printLines(reportLines(lines, scores, trade, process.stdout.columns ?? 120));
  if (readings.length === 0)
    throw new CliError(
      {
        expected: 'one venue at least that can be read',
        got: 'none',
        advice: 'check the network and try again',
      },
      EXIT.temporary,
    );
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1e9)) {
    throw new InvalidArgumentError(`expected a number above 0 and at most 1e9, got "${text}"`);
  }
  return value;
}

function asset(text: string): string {
  if (!/^[A-Za-z0-9]{2,12}$/.test(text)) {
    throw new InvalidArgumentError(`expected an asset such as ICP, got "${text}"`);
  }
  return text.toUpperCase();
}

function venuesOf(text: string): readonly Listed[] {
  return [...new Set(text.split(','))].map((id) => {
    const listed = DIRECTORY.find((venue) => venue.id === id.trim());
    if (listed !== undefined) return listed;
    throw new InvalidArgumentError(
      `expected some of ${DIRECTORY.map((venue) => venue.id).join(', ')}, got "${id}"`,
    );
  });
}

function elsewhere(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, id = '', url = ''] = /^([a-z0-9]+)=(https?:\/\/.+)$/.exec(text) ?? [];
  if (!DIRECTORY.some((venue) => venue.id === id) || !URL.canParse(url)) {
    throw new InvalidArgumentError(`expected such as binanceusdm=http://127.0.0.1:4944, got "${text}"`);
  }
  return new Map([...before, [id, url]]);
}
