/*
 * What the engine costs the canister, part by part, written to docs/costs.json: npm run bench -- instructions [--json];
 * by function, nothing written, for a closed bar and a tick, flat and held: npm run bench -- instructions --functions
 */
import { writeFileSync } from 'node:fs';
import { measureCosts, measureFunctions, type Costs } from './canister/Measured.ts';

const FILE = new URL('../docs/costs.json', import.meta.url);
const TOP = 40;

function print(costs: Costs): void {
  for (const [message, parts] of Object.entries(costs)) {
    console.log(message);
    for (const [part, instructions] of Object.entries(parts as Record<string, number>)) {
      console.log(`  ${part.padEnd(28)} ${(instructions / 1_000).toFixed(1).padStart(9)} k`);
    }
  }
}

if (process.argv.includes('--functions')) {
  for (const [message, functions] of Object.entries(await measureFunctions())) {
    console.log(`${message}\n${'calls'.padStart(8)}${'own k'.padStart(10)}${'whole k'.padStart(10)}`);
    const sorted = functions.filter(({ calls }) => calls > 0).sort((a, b) => b.self - a.self);
    for (const { name, calls, self, all } of sorted.slice(0, TOP)) {
      const thousands = [self, all].map((n) => (n / 1_000).toFixed(1).padStart(10)).join('');
      console.log(`${String(calls).padStart(8)}${thousands}  ${name}`);
    }
  }
} else {
  const costs = await measureCosts();
  const text = JSON.stringify(costs, null, 2);
  writeFileSync(FILE, `${text}\n`);
  if (process.argv.includes('--json')) console.log(text);
  else print(costs);
}
