import type { TimeInForce } from './Order.ts';
import type { Parameters } from './Parameters.ts';
import type { Venue } from './Venue.ts';
import { refusals } from './VenueError.ts';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const SHORTEST_GOOD_TILL_MS = 600_000;
const LATEST_GOOD_TILL_MS = 253_402_300_799_000;

/** Parameters of a new order, conditional ones apart. */
export const ORDER_PARAMETERS = [
  ...['symbol', 'side', 'positionSide', 'type', 'timeInForce', 'quantity', 'reduceOnly', 'price'],
  ...['newClientOrderId', 'newOrderRespType', 'priceMatch', 'selfTradePreventionMode', 'goodTillDate'],
  ...['stopPrice', 'closePosition', 'activationPrice', 'callbackRate', 'workingType', 'priceProtect'],
] as const;

export const ALGO_PARAMETERS = [
  ...['algoType', 'symbol', 'side', 'positionSide', 'type', 'timeInForce', 'quantity', 'price'],
  ...['triggerPrice', 'workingType', 'priceMatch', 'closePosition', 'priceProtect', 'reduceOnly'],
  ...['activatePrice', 'activationPrice', 'callbackRate', 'clientAlgoId', 'newOrderRespType'],
  ...['selfTradePreventionMode', 'goodTillDate'],
] as const;

/** @throws VenueError -4061 for a side of hedge mode */
export function requireOneWay(parameters: Parameters): void {
  if ((parameters.choice('positionSide', ['BOTH', 'LONG', 'SHORT']) ?? 'BOTH') !== 'BOTH')
    throw refusals.positionSide();
}

/** Refuses parameters that mean something to the venue but not for this kind of order; a plain `false` says nothing. */
export function refuseUnread(parameters: Parameters, names: readonly string[]): void {
  for (const name of names) {
    const value = parameters.text(name);
    if (value !== undefined && value.toLowerCase() !== 'false') throw refusals.notRequired(name);
  }
}

/** The life of a limit order. @throws VenueError -1102, -1115 */
export function requiredTimeInForce(parameters: Parameters): TimeInForce {
  parameters.required('timeInForce');
  const lives = ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'] as const;
  return parameters.choice('timeInForce', lives, refusals.timeInForce) ?? 'GTC';
}

/** Whether the answer tells what became of the order (`RESULT`), or that it arrived. @throws VenueError -1136 */
export function wantsResult(parameters: Parameters): boolean {
  return parameters.choice('newOrderRespType', ['ACK', 'RESULT'], refusals.responseType) === 'RESULT';
}

/** Market time at which a GTD order expires, 0 for others. @throws VenueError -1102, -1106, -5040 */
export function goodTillMs(parameters: Parameters, timeInForce: TimeInForce, nowMs: number): number {
  if (timeInForce !== 'GTD') {
    refuseUnread(parameters, ['goodTillDate']);
    return 0;
  }
  parameters.required('goodTillDate');
  const untilMs = parameters.integer('goodTillDate') ?? 0;
  if (untilMs <= nowMs + SHORTEST_GOOD_TILL_MS || untilMs >= LATEST_GOOD_TILL_MS) throw refusals.goodTill();
  return untilMs;
}

/** A client id is unique among open orders only: once an order is done, its id may be used again. */
export function clientId(given: string | undefined, venue: Venue, isOpen: (id: string) => boolean): string {
  if (given === undefined) return `localnet-${venue.lastId + 1}`;
  if (!CLIENT_ID.test(given)) throw refusals.clientOrderId();
  if (isOpen(given)) throw refusals.duplicateOrder();
  return given;
}
