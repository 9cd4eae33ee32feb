/** Where this exchange differs from the venue whose interface it speaks: to be shown wherever it is started. */
export const NOT_EMULATED: readonly string[] = [
  'prices between the four recorded points of a bar are a straight line; mark and index equal last',
  'market orders fill whole at the last price, without spread; the book shown is made up around it and not walked',
  'triggered stops fill at trigger or gap price with modelled slippage; take-profits and limits at their own price',
  'liquidation takes the whole position at once: no partial liquidation, no auto-deleveraging',
  'isolated margin is modelled fully; cross margin with one shared wallet and the same formula, approximately',
  'one-way mode, single-asset mode, one account; no hedge mode, trailing stops, conditional limits or batch orders',
  'open interest is the base volume of the last 24 hours; single trades are not known',
  'the funding rate shown is that of the last settlement; the coming one is not predicted',
  'no rate limits, no user data stream',
];
