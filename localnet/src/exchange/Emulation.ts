/** Where this exchange differs from the venue whose interface it speaks: to be shown wherever it is started. */
export const NOT_EMULATED: readonly string[] = [
  'prices between the four recorded points of a bar are a straight line; mark equals last unless mark or index is recorded',
  'by default market orders fill whole at the last price, without spread, and the book shown is made up; a book with depth (--book depth) is made up too, but walked, and full again once time goes on',
  'without depth triggered stops fill at trigger or gap price with modelled slippage; take-profits and limits at their own price',
  'own orders move no price and are not shown in the book',
  'liquidation takes the whole position at once: no partial liquidation; auto-deleveraging comes on command only',
  'the two symbols move one after the other between two points: positions that share their margin are judged in that order',
  'klines shorter than the bars that are played are refused as an interval that does not exist (-1120); premium-index klines, asynchronous downloads, order tests and other endpoints that are not there, as a path that does not exist (-5000)',
  'priceMatch is refused, self-trade prevention read and without effect',
  'one-way mode and single-asset mode only; no hedge mode',
  'open interest is the base volume of the last 24 hours unless it is recorded; single trades are made up from the path',
  'the funding rate shown is that of the last settlement; the coming one is not predicted',
  'GTD and countdownCancelAll are judged by market time, signatures and listen keys by wall time',
  'several accounts share the market but not what their orders do to it, and the path within a bar is the first account’s',
  'rate limits are enforced only when asked for; else they are counted by wall and market time together, and shown',
  'streams send when the market steps (mark prices also every second or three), not by their update speeds; what is subscribed is shown at once',
  'long/short ratios are 1: nobody else trades here',
];
