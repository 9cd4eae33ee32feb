import { writeFileSync } from 'node:fs';

/** What a campaign measured, for `scripts/campaign.mjs` to keep beside its result; printed where none runs. */
export function writeReport(figures: Readonly<Record<string, number>>): void {
  const rounded = Object.entries(figures).map(([key, value]) => [key, Number(value.toFixed(3))]);
  const text = JSON.stringify(Object.fromEntries(rounded));
  const file = process.env['CAMPAIGN_FIGURES'];
  if (file === undefined) console.log(text);
  else writeFileSync(file, text);
}
