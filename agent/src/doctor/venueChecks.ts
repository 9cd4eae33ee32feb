import { instrumentHash } from '@plimsoll/engine';
import type { Config, Mode } from '../config/Config.ts';
import { judgeKey } from '../credentials/KeyJudgement.ts';
import { NOT_PROVEN_LIVE, openVenue, type Keys } from '../run/openVenue.ts';
import type { Venue } from '../venue/Venue.ts';
import { VenueError } from '../venue/VenueError.ts';
import { fail, failNow, ok, warn, type Finding } from './Finding.ts';

const DRIFT_WARN_MS = 1_000;
const DRIFT_FAIL_MS = 3_000;
const GRADES = { fine: 'ok', warning: 'warn', refused: 'fail' } as const;

export async function checkVenue(config: Config, keys: Keys | null, mode: Mode): Promise<readonly Finding[]> {
  const startedMs = performance.now();
  let venue: Venue;
  try {
    ({ venue } = await openVenue(config, keys));
  } catch (error) {
    return [failNow('venue', reason(error), 'Check the network, and whether the venue answers from here.')];
  }
  const ms = Math.round(performance.now() - startedMs);
  return [
    ok('venue', `${config.venue.kind} answers in ${String(ms)} ms.`),
    ...notProven(config, mode),
    ...(await guarded('clock', () => checkClock(venue, config))),
    ...(await guarded('listing', () => checkListing(venue, keys))),
    ...(keys === null ? [noKeys(mode)] : await account(venue, mode)),
  ];
}

function notProven({ venue: { kind } }: Config, mode: Mode): readonly Finding[] {
  if (!NOT_PROVEN_LIVE.has(kind)) return [];
  const found = `The adapter of ${kind} was never run against the venue itself: not yet proven live.`;
  const advice = 'It is for --mode paper and advisory.';
  return [mode === 'live' ? fail('adapter', found, advice) : warn('adapter', found, advice)];
}

function noKeys(mode: Mode): Finding {
  const found = 'No exchange keys are given.';
  return mode === 'paper'
    ? ok('keys', `${found} A paper account needs none.`)
    : fail(
        'keys',
        found,
        'Give PLIMSOLL_API_KEY and PLIMSOLL_API_SECRET, or a file by PLIMSOLL_CREDENTIALS.',
      );
}

async function account(venue: Venue, mode: Mode): Promise<readonly Finding[]> {
  const permissions = await venue.permissions();
  return [
    ...judgeKey(permissions, mode, Date.now()).map(({ severity, message }): Finding => ({
      name: 'keys',
      grade: GRADES[severity],
      found: message,
      advice: '',
      // Rights that could not be read are no rights that were found wanting.
      ...(permissions.canWithdraw === null ? { mayPass: true as const } : {}),
    })),
    ...(await guarded('settings', () => checkSettings(venue))),
    ...(await guarded('position', () => checkPosition(venue))),
  ];
}

async function guarded(name: string, check: () => Promise<Finding>): Promise<readonly Finding[]> {
  try {
    return [await check()];
  } catch (error) {
    return [failNow(name, reason(error), 'Unknown is not safe: this has to be readable.')];
  }
}

async function checkClock(venue: Venue, { venue: { kind } }: Config): Promise<Finding> {
  const aheadMs = await venue.synchronise();
  const found = `This machine's clock is ${String(Math.abs(Math.round(aheadMs)))} ms ${aheadMs >= 0 ? 'ahead of' : 'behind'} the venue's.`;
  if (kind === 'localnet')
    return ok('clock', `${found} A market of this machine may have a time of its own.`);
  if (Math.abs(aheadMs) > DRIFT_FAIL_MS) return failNow('clock', found, 'Set the clock by NTP.');
  return Math.abs(aheadMs) > DRIFT_WARN_MS
    ? warn('clock', found, 'Set the clock by NTP.')
    : ok('clock', found);
}

/** Fee and tiers are told to whoever has a key. */
async function checkListing(venue: Venue, keys: Keys | null): Promise<Finding> {
  if (keys === null) {
    await venue.market();
    return warn('listing', 'Fee and margin tiers are told only to a key.', 'Give a key that may read.');
  }
  const { isTrading, status } = await venue.listing();
  const instrument = await venue.instrument();
  const { tiers, quantityStep, tickNumerator, tickDenominator, minNotionalUsdt } = instrument;
  const found =
    `${venue.symbol} is ${status}; tick ${String(tickNumerator / tickDenominator)}, step ${String(quantityStep)}, ` +
    `at least ${String(minNotionalUsdt)} USDT, ${String(tiers.length)} margin tiers up to ${String(tiers[0]?.maxLeverage ?? 0)}x (rules ${instrumentHash(instrument).toString(16)}).`;
  return isTrading
    ? ok('listing', found)
    : failNow('listing', found, 'Wait until it trades, or choose another.');
}

async function checkSettings(venue: Venue): Promise<Finding> {
  const { isOneWay, isIsolated, leverage } = await venue.settings();
  const found = `${isOneWay ? 'One-way' : 'Hedge'} mode, ${isIsolated ? 'isolated' : 'cross'} margin, ${String(leverage)}x.`;
  if (isOneWay && isIsolated) return ok('settings', found);
  return warn('settings', found, 'The agent sets one-way mode and isolated margin before its first entry.');
}

async function checkPosition(venue: Venue): Promise<Finding> {
  const [{ side, quantity }, orders] = await Promise.all([venue.position(), venue.restingOrders()]);
  const held = side === 0 ? 'Flat' : `${side > 0 ? 'Long' : 'Short'} ${String(quantity)}`;
  return ok('position', `${held}, ${String(orders.length)} orders rest.`);
}

function reason(error: unknown): string {
  if (error instanceof VenueError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
