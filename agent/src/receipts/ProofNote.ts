/** What every badge and every report has to say beside "verified". */
export const WHAT_IT_PROVES =
  'A certificate proves that these rules gave this answer to the inputs the agent reported — not that the inputs are true. ' +
  'Prices can be held against public candles.';
