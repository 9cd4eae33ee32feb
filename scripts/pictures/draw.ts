import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATA, filesOf, gallery, PICTURES } from './Gallery.ts';

/* Draws the pictures of docs/model.md and prints what its text may quote of them. */

if (existsSync(DATA)) {
  mkdirSync(PICTURES, { recursive: true });
  for (const picture of gallery()) {
    for (const { file, svg } of await filesOf(picture)) {
      writeFileSync(join(PICTURES, file), svg);
      console.log(`${file}: ${String(Math.ceil(svg.length / 1000))} kB`);
    }
    for (const fact of picture.facts) console.log(`  ${fact}`);
  }
} else {
  console.log('Skipped: the pictures are drawn from the recordings in ../shared/data, which are not here.');
}
