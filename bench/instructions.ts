/*
 * What the engine costs in the canister: npm run bench -- instructions [--json] [--write]
 * `--write` keeps the figures in bench/instructions.json, to which a test holds them within 2 %.
 */
import { writeFileSync } from 'node:fs';
import { countInstructions } from './Instructions.ts';

const counted = await countInstructions();
if (process.argv.includes('--write')) {
  const path = new URL('instructions.json', import.meta.url);
  writeFileSync(path, `${JSON.stringify(counted, null, 2)}\n`);
}
if (process.argv.includes('--json')) console.log(JSON.stringify(counted));
else {
  const thousands = (value: number): string => (value / 1_000).toFixed(1).padStart(10);
  console.log('thousand instructions, median       reading     total');
  for (const [name, { read, total }] of Object.entries(counted.messages))
    console.log(`${name.padEnd(32)}${thousands(read)}${thousands(total)}`);
  const { historyPerBar, snapshot } = counted;
  console.log(`${'history, per bar'.padEnd(32)}${thousands(historyPerBar.read)}${thousands(historyPerBar.total)}`);
  console.log(`snapshot: write ${thousands(snapshot.write).trim()}, read ${thousands(snapshot.read).trim()}`);
  console.log('\nparts of a closed bar                 flat      held');
  for (const [name, { flat, held }] of Object.entries(counted.parts))
    console.log(`${name.padEnd(32)}${thousands(flat)}${thousands(held)}`);
}
