/** A refusal in Binance's own terms: what the venue answers instead of a result. */
export class VenueError extends Error {
  readonly code: number;
  readonly httpStatus: number;
  /** What the venue does not say: what was expected, or which parameter was too many. */
  readonly hint: string | undefined;

  constructor(code: number, message: string, httpStatus = 400, hint?: string) {
    super(message);
    this.name = 'VenueError';
    this.code = code;
    this.httpStatus = httpStatus;
    this.hint = hint;
  }
}

/** The refusals this exchange knows, with Binance's codes; messages follow the venue's wording where clients match on it. */
export const refusals = {
  internal: () =>
    new VenueError(-1001, 'Internal error; unable to process your request. Please try again.', 500),
  unknownFate: () =>
    new VenueError(
      -1007,
      'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
      408,
    ),
  overloaded: () =>
    new VenueError(
      -1008,
      'Server is currently overloaded with other requests. Please try again in a few minutes.',
      503,
    ),
  timestamp: () => new VenueError(-1021, 'Timestamp for this request is outside of the recvWindow.'),
  timestampAhead: () =>
    new VenueError(-1021, "Timestamp for this request was 1000ms ahead of the server's time."),
  signature: () => new VenueError(-1022, 'Signature for this request is not valid.'),
  duplicateParameter: (name: string) =>
    new VenueError(-1101, `Duplicate values for parameter '${name}' detected.`),
  missing: (name: string) =>
    new VenueError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`),
  unread: (names: readonly string[], read: number, sent: number) =>
    new VenueError(
      -1104,
      `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}'.`,
      400,
      `not read: ${names.join(', ')}`,
    ),
  startAfterEnd: () => new VenueError(-1023, 'Start time is greater than end time.'),
  notRequired: (name: string) => new VenueError(-1106, `Parameter '${name}' sent when not required.`),
  precision: () => new VenueError(-1111, 'Precision is over the maximum defined for this asset.'),
  timeInForce: () => new VenueError(-1115, 'Invalid timeInForce.'),
  orderType: (type: string) => new VenueError(-1116, `Invalid orderType '${type}'.`),
  side: () => new VenueError(-1117, 'Invalid side.'),
  interval: () => new VenueError(-1120, 'Invalid interval.'),
  symbol: () => new VenueError(-1121, 'Invalid symbol.'),
  listenKey: () => new VenueError(-1125, 'This listenKey does not exist.'),
  invalid: (name: string, why: string) =>
    new VenueError(-1130, `Data sent for parameter '${name}' is not valid.`, 400, why),
  recvWindow: () => new VenueError(-1131, 'recvWindow must be less than 60000.'),
  responseType: () => new VenueError(-1136, 'Invalid newOrderRespType.'),
  unknownCancel: () => new VenueError(-2011, 'Unknown order sent.'),
  unknownOrder: () => new VenueError(-2013, 'Order does not exist.'),
  keyFormat: () => new VenueError(-2014, 'API-key format invalid.', 401),
  apiKey: () => new VenueError(-2015, 'Invalid API-key, IP, or permissions for action.', 401),
  margin: () => new VenueError(-2019, 'Margin is insufficient.'),
  wouldTrigger: () => new VenueError(-2021, 'Order would immediately trigger.'),
  reduceOnly: () => new VenueError(-2022, 'ReduceOnly Order is rejected.'),
  tooManyOrders: () => new VenueError(-2025, 'Reach max open order limit.'),
  maxPosition: () => new VenueError(-2027, 'Exceeded the maximum allowable position at current leverage.'),
  leverageTooSmall: () =>
    new VenueError(-2028, 'Leverage is smaller than permitted: insufficient margin balance.'),
  priceTooSmall: () => new VenueError(-4001, 'Price less than or equal to zero.'),
  quantityTooSmall: () => new VenueError(-4003, 'Quantity less than or equal to zero.'),
  quantityTooLarge: () => new VenueError(-4005, 'Quantity greater than max quantity.'),
  tick: () => new VenueError(-4014, 'Price not increased by tick size.'),
  clientOrderId: () => new VenueError(-4015, 'Client order id is not valid.'),
  priceTooHigh: (highest: string) => new VenueError(-4016, `Limit price can't be higher than ${highest}.`),
  depthLimit: (limit: string) => new VenueError(-4021, `${limit} is not valid depth limit.`),
  priceTooLow: (lowest: string) => new VenueError(-4024, `Limit price can't be lower than ${lowest}.`),
  leverage: (leverage: string) => new VenueError(-4028, `Leverage ${leverage} is not valid.`),
  tooManyAlgos: () => new VenueError(-4045, 'Reach max stop order limit.'),
  marginTypeSame: () => new VenueError(-4046, 'No need to change margin type.'),
  marginTypeOrders: () => new VenueError(-4047, 'Margin type cannot be changed if there exists open orders.'),
  marginTypePosition: () => new VenueError(-4048, 'Margin type cannot be changed if there exists position.'),
  marginAmount: () => new VenueError(-4051, 'Isolated balance insufficient.'),
  batchSize: () => new VenueError(-4082, 'Invalid number of batch place orders.'),
  positionSideSame: () => new VenueError(-4059, 'No need to change position side.'),
  positionSide: () => new VenueError(-4061, "Order's position side does not match user's setting."),
  duplicateOrder: () => new VenueError(-4116, 'ClientOrderId is duplicated.'),
  useAlgo: () =>
    new VenueError(
      -4120,
      'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
    ),
  closePositionExists: () =>
    new VenueError(
      -4130,
      'An open stop or take profit order with closePosition in the direction is existing.',
    ),
  counterparty: () =>
    new VenueError(-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit."),
  activation: () => new VenueError(-4135, 'Invalid activation price.'),
  closeStrategy: (type: string) =>
    new VenueError(-4136, `Target strategy invalid for orderType ${type},closePosition true.`),
  notOpening: () => new VenueError(-4140, 'Invalid symbol status for opening position.'),
  closedSymbol: () => new VenueError(-4141, 'Symbol is closed.'),
  leverageReduction: () =>
    new VenueError(-4161, 'Leverage reduction is not supported in Isolated Margin Mode with open positions.'),
  minNotional: (minNotional: string) =>
    new VenueError(
      -4164,
      `Order's notional must be no smaller than ${minNotional} (unless you choose reduce only).`,
    ),
  multiAssetsSame: () => new VenueError(-4171, 'No need to change multi-assets mode.'),
  needsPosition: () => new VenueError(-4509, 'Time in Force (TIF) GTE can only be used with open positions.'),
  fillOrKill: () =>
    new VenueError(
      -5021,
      'Due to the order could not be filled immediately, the FOK order has been rejected.',
    ),
  amendLimit: () => new VenueError(-5025, 'Only limit order is supported.'),
  amendSame: () => new VenueError(-5027, 'No need to modify the order.'),
  goodTill: () =>
    new VenueError(
      -5040,
      'The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than 253402300799000.',
    ),
  path: (method: string, path: string) =>
    new VenueError(-5000, `Path ${path}, Method ${method} is invalid`, 404),
  postOnly: () =>
    new VenueError(
      -5022,
      'Due to the order could not be executed as maker, the Post Only order will be rejected.',
    ),
} as const;

/** Refusals whose reasons are not modelled here: they come on command only, by code. */
export const REFUSALS_ON_COMMAND: ReadonlyMap<number, string> = new Map([
  [-2010, 'NEW_ORDER_REJECTED'],
  [-2018, 'Balance is insufficient.'],
  [-4118, 'ReduceOnly Order Failed. Please check your existing position and open orders'],
  [
    -4400,
    'Futures Trading Quantitative Rules violated, only reduceOnly order is allowed, please try again later.',
  ],
]);
