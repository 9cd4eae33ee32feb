import type { binanceusdm } from 'ccxt';
import { request } from './CcxtClient.ts';
import { decimalOf, flagOf, objectOf, objectsOf, textOf } from './Reply.ts';
import type { Settings } from './Venue.ts';
import { VenueError } from './VenueError.ts';

/** As {@link Venue.settings}. */
export async function readSettings(client: binanceusdm, symbol: string): Promise<Settings> {
  const [mode, config] = await Promise.all([
    request('the position mode', false, () => client.fapiPrivateGetPositionSideDual()),
    request("the symbol's settings", false, () => client.fapiPrivateGetSymbolConfig({ symbol })),
  ]);
  const row = objectOf(
    objectsOf(config, 'symbolConfig').find((each) => each['symbol'] === symbol),
    `the settings of ${symbol}`,
  );
  return {
    isOneWay: !flagOf(objectOf(mode, 'positionSide'), 'dualSidePosition'),
    isIsolated: textOf(row, 'marginType') === 'ISOLATED',
    leverage: decimalOf(row, 'leverage'),
  };
}

/** Whether an account is set up for plans of this leverage. */
export function isPrepared({ isOneWay, isIsolated, leverage: set }: Settings, leverage: number): boolean {
  return isOneWay && isIsolated && set === leverage;
}

/**
 * As {@link Venue.prepare}: nothing is set that is so already.
 * @param known what was read back last: saves a read before, never the one after
 * @returns what was read back
 */
export async function prepareAccount(
  client: binanceusdm,
  symbol: string,
  leverage: number,
  known: Settings | null,
): Promise<Settings> {
  const before = known ?? (await readSettings(client, symbol));
  const isSet = (s: Settings): boolean => isPrepared(s, leverage);
  if (known === null && isSet(before)) return before;
  if (!before.isOneWay) {
    await unlessUnchanged('one-way mode', () =>
      client.fapiPrivatePostPositionSideDual({ dualSidePosition: 'false' }),
    );
  }
  if (!before.isIsolated) {
    await unlessUnchanged('isolated margin', () =>
      client.fapiPrivatePostMarginType({ symbol, marginType: 'ISOLATED' }),
    );
  }
  if (before.leverage !== leverage) {
    await unlessUnchanged('the leverage', () => client.fapiPrivatePostLeverage({ symbol, leverage }));
  }
  const after = await readSettings(client, symbol);
  if (isSet(after)) return after;
  // Somebody has changed them since they were known.
  if (known !== null) return prepareAccount(client, symbol, leverage, null);
  const described = (s: Settings): string =>
    `${s.isOneWay ? 'one-way' : 'hedge'} mode, ${s.isIsolated ? 'isolated' : 'cross'} margin, ${String(s.leverage)}x`;
  throw settingsDiffer(
    described({ isOneWay: true, isIsolated: true, leverage }),
    described(after),
    'No entry under other settings than the plan was made for.',
  );
}

async function unlessUnchanged(what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await request(what, true, call);
  } catch (error) {
    if (!(error instanceof VenueError && error.leaf === 'unchanged')) throw error;
  }
}

/** The account is not set up as it has to be. */
export function settingsDiffer(expected: string, came: string, advice: string): VenueError {
  return new VenueError(
    { kind: 'request', leaf: 'settings-differ', outcome: 'rejected' },
    `expected ${expected}, got ${came}. ${advice}`,
  );
}
