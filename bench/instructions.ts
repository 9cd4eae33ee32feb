/* What the engine costs the canister, part by part, written to docs/costs.json: npm run bench -- instructions [--json] */
import { writeFileSync } from 'node:fs';
import { measureCosts } from './canister/Measured.ts';

const FILE = new URL('../docs/costs.json', import.meta.url);

const costs = await measureCosts();
const text = JSON.stringify(costs, null, 2);
writeFileSync(FILE, `${text}\n`);
if (process.argv.includes('--json')) console.log(text);
else {
  for (const [message, parts] of Object.entries(costs)) {
    console.log(message);
    for (const [part, instructions] of Object.entries(parts as Record<string, number>)) {
      console.log(`  ${part.padEnd(28)} ${(instructions / 1_000).toFixed(1).padStart(9)} k`);
    }
  }
}
