/** A refusal in Binance's own terms: what the venue answers instead of a result. */
export class VenueError extends Error {
  readonly code: number;
  readonly httpStatus: number;

  constructor(code: number, message: string, httpStatus = 400) {
    super(message);
    this.name = 'VenueError';
    this.code = code;
    this.httpStatus = httpStatus;
  }
}

/** The refusals this exchange knows, with Binance's codes; messages follow the venue's wording where clients match on it. */
export const refusals = {
  tooManyOrders: () => new VenueError(-1015, 'Too many new orders; current limit is 200 open orders.'),
  timestamp: () => new VenueError(-1021, 'Timestamp for this request is outside of the recvWindow.'),
  signature: () => new VenueError(-1022, 'Signature for this request is not valid.'),
  duplicateParameter: (name: string) =>
    new VenueError(-1101, `Duplicate values for parameter '${name}' detected.`),
  missing: (name: string) =>
    new VenueError(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`),
  unread: (names: readonly string[], read: number, sent: number) =>
    new VenueError(
      -1104,
      `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}': ${names.join(', ')}.`,
    ),
  notRequired: (name: string) => new VenueError(-1106, `Parameter '${name}' sent when not required.`),
  precision: () => new VenueError(-1111, 'Precision is over the maximum defined for this asset.'),
  orderType: (type: string) => new VenueError(-1116, `Invalid orderType '${type}'.`),
  interval: () => new VenueError(-1120, 'Invalid interval.'),
  symbol: () => new VenueError(-1121, 'Invalid symbol.'),
  invalid: (name: string, why: string) =>
    new VenueError(-1130, `Data sent for parameter '${name}' is not valid: ${why}.`),
  unknownCancel: () => new VenueError(-2011, 'Unknown order sent.'),
  unknownOrder: () => new VenueError(-2013, 'Order does not exist.'),
  apiKey: () => new VenueError(-2015, 'Invalid API-key, IP, or permissions for action.', 401),
  margin: () => new VenueError(-2019, 'Margin is insufficient.'),
  wouldTrigger: () => new VenueError(-2021, 'Order would immediately trigger.'),
  reduceOnly: () => new VenueError(-2022, 'ReduceOnly Order is rejected.'),
  maxPosition: () => new VenueError(-2027, 'Exceeded the maximum allowable position at current leverage.'),
  quantityTooSmall: () => new VenueError(-4003, 'Quantity less than or equal to zero.'),
  quantityTooLarge: () => new VenueError(-4005, 'Quantity greater than max quantity.'),
  tick: () => new VenueError(-4014, 'Price not increased by tick size.'),
  clientOrderId: () => new VenueError(-4015, 'Client order id is not valid.'),
  leverage: (leverage: string) => new VenueError(-4028, `Leverage ${leverage} is not valid.`),
  marginTypeSame: () => new VenueError(-4046, 'No need to change margin type.'),
  marginTypeOrders: () => new VenueError(-4047, 'Margin type cannot be changed if there exists open orders.'),
  marginTypePosition: () => new VenueError(-4048, 'Margin type cannot be changed if there exists position.'),
  marginAmount: () => new VenueError(-4051, 'Isolated balance insufficient.'),
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
  postOnly: () =>
    new VenueError(
      -5022,
      'Due to the order could not be executed as maker, the Post Only order will be rejected.',
    ),
} as const;
