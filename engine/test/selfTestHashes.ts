/* Prints the constants of the self-test, to be taken over where a change of results is meant. */
import { selfTestHashes } from '../src/SelfTest.ts';

for (const [name, hash] of Object.entries(selfTestHashes()))
  console.log(`  ${name}: 0x${Number(hash).toString(16)},`);
