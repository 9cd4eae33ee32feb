import { absolute, parseE8 } from '../market/E8.ts';
import {
  type AlgoOrder,
  type AlgoType,
  directionOf,
  isReached,
  type TimeInForce,
  type Trailing,
  type WorkingType,
} from './Order.ts';
import { clientId, goodTillMs, refuseUnread, requiredTimeInForce, requireOneWay } from './OrderParameters.ts';
import type { Parameters } from './Parameters.ts';
import { reducibleE8, type Side } from './Position.ts';
import { checkedPrice, checkedQuantity, MAX_OPEN_ORDERS, requireMinNotional } from './SymbolRules.ts';
import { type Contract, contractOf, markE8, nextId, requireTradable, type Venue } from './Venue.ts';
import { refusals } from './VenueError.ts';

const TYPES: readonly AlgoType[] = [
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
];
/** A tenth of a percent to twenty percent (ten before 2026-10-23), e8. */
const LEAST_CALLBACK_E8 = 100_000n;
const LARGEST_CALLBACK_E8 = 20_000_000n;

/** What kind of order a conditional one becomes. */
interface Kind {
  readonly type: AlgoType;
  readonly priceE8: bigint;
  readonly timeInForce: TimeInForce;
  readonly goodTillMs: number;
  readonly triggerPriceE8: bigint;
  readonly trailing: Trailing | undefined;
}

/**
 * Places a conditional order. It binds no margin until it fires.
 * @throws VenueError; then nothing has changed. -2021 when it would fire at once, -2022 / -4509 without a position to close.
 */
export function placeAlgo(venue: Venue, parameters: Parameters): AlgoOrder {
  if (parameters.required('algoType') !== 'CONDITIONAL')
    throw refusals.invalid('algoType', 'expected CONDITIONAL');
  const contract = contractOf(venue, parameters.required('symbol'));
  const { rules, position } = contract;
  const named = parameters.required('type').toUpperCase();
  const type = TYPES.find((known) => known === named);
  if (type === undefined) throw refusals.orderType(named);
  requireOneWay(parameters);
  refuseUnread(parameters, ['priceMatch']);
  const side = parameters.side();
  const closePosition = parameters.flag('closePosition');
  const reduceOnly = parameters.flag('reduceOnly');
  const isLimit = type === 'STOP' || type === 'TAKE_PROFIT';
  if (closePosition && (isLimit || type === 'TRAILING_STOP_MARKET')) throw refusals.closeStrategy(type);
  if (closePosition) refuseUnread(parameters, ['quantity', 'reduceOnly']);
  const quantityE8 = closePosition ? 0n : checkedQuantity(rules, parameters.required('quantity'));
  const workingType: WorkingType =
    parameters.choice('workingType', ['MARK_PRICE', 'CONTRACT_PRICE']) ?? 'CONTRACT_PRICE';
  const currentE8 = workingType === 'MARK_PRICE' ? markE8(contract) : contract.lastE8;
  const kind = readKind(venue, contract, type, side, currentE8, parameters);
  const clientAlgoId = clientId(parameters.text('clientAlgoId'), venue, (id) =>
    [...venue.book.openAlgos.values()].some((algo) => algo.clientAlgoId === id),
  );
  requireTradable(contract, reduceOnly || closePosition);
  const closable = reducibleE8(position, side, absolute(position.quantityE8));
  if (closePosition && closable === 0n) throw refusals.needsPosition();
  if (closePosition && hasCloser(venue, contract, side, type)) throw refusals.closePositionExists();
  if (reduceOnly && closable === 0n) throw refusals.reduceOnly();
  if (!closePosition && !reduceOnly) {
    const priceE8 = isLimit ? kind.priceE8 : kind.trailing === undefined ? kind.triggerPriceE8 : currentE8;
    requireMinNotional(rules, quantityE8, priceE8);
  }
  if (kind.trailing === undefined && isReached(directionOf(type, side), kind.triggerPriceE8, currentE8))
    throw refusals.wouldTrigger();
  if (venue.book.openAlgos.size >= MAX_OPEN_ORDERS) throw refusals.tooManyAlgos();
  const algo: AlgoOrder = {
    algoId: nextId(venue),
    clientAlgoId,
    symbol: rules.symbol,
    side,
    ...kind,
    quantityE8,
    workingType,
    priceProtect: parameters.flag('priceProtect'),
    reduceOnly,
    closePosition,
    createdMs: venue.timeMs,
    status: 'NEW',
    updatedMs: venue.timeMs,
    triggeredMs: 0,
    actual: undefined,
  };
  venue.book.algos.push(algo);
  venue.book.openAlgos.set(algo.algoId, algo);
  return algo;
}

function readKind(
  venue: Venue,
  { rules }: Contract,
  type: AlgoType,
  side: Side,
  currentE8: bigint,
  parameters: Parameters,
): Kind {
  const market = { priceE8: 0n, timeInForce: 'GTC', goodTillMs: 0 } as const;
  if (type === 'TRAILING_STOP_MARKET') {
    refuseUnread(parameters, ['price', 'triggerPrice', 'goodTillDate']);
    const trailing = readTrailing(rules, side, currentE8, parameters);
    return { type, ...market, triggerPriceE8: 0n, trailing };
  }
  refuseUnread(parameters, ['activatePrice', 'activationPrice', 'callbackRate']);
  const triggerPriceE8 = checkedPrice(rules, parameters.required('triggerPrice'), 'triggerPrice');
  if (type === 'STOP_MARKET' || type === 'TAKE_PROFIT_MARKET') {
    refuseUnread(parameters, ['price', 'goodTillDate']);
    return { type, ...market, triggerPriceE8, trailing: undefined };
  }
  const timeInForce = parameters.text('timeInForce') === undefined ? 'GTC' : requiredTimeInForce(parameters);
  return {
    type,
    priceE8: checkedPrice(rules, parameters.required('price'), 'price'),
    timeInForce,
    goodTillMs: goodTillMs(parameters, timeInForce, venue.timeMs),
    triggerPriceE8,
    trailing: undefined,
  };
}

/** @throws VenueError -1102, -1130 (callback rate), -4135 (activation on the wrong side of the price) */
function readTrailing(
  rules: Contract['rules'],
  side: Side,
  currentE8: bigint,
  parameters: Parameters,
): Trailing {
  const rate = parameters.required('callbackRate');
  const percentE8 = parseE8(rate);
  const callbackE8 = percentE8 === undefined ? 0n : percentE8 / 100n;
  if (callbackE8 < LEAST_CALLBACK_E8 || callbackE8 > LARGEST_CALLBACK_E8)
    throw refusals.invalid('callbackRate', `expected 0.1 to 20, got '${rate}'`);
  const activation = parameters.text('activatePrice') ?? parameters.text('activationPrice');
  if (activation === undefined) return { callbackE8, activationE8: 0n, extremeE8: currentE8 };
  const activationE8 = checkedPrice(rules, activation, 'activatePrice');
  const isAhead = side === 'SELL' ? activationE8 > currentE8 : activationE8 < currentE8;
  if (!isAhead) throw refusals.activation();
  return { callbackE8, activationE8, extremeE8: currentE8 };
}

function hasCloser(venue: Venue, contract: Contract, side: Side, type: AlgoType): boolean {
  return [...venue.book.openAlgos.values()].some(
    (algo) =>
      algo.closePosition && algo.symbol === contract.rules.symbol && algo.side === side && algo.type === type,
  );
}
