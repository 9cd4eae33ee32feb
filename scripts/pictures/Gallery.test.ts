import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DATA, filesOf, gallery, PICTURES } from './Gallery.ts';

const MAX_BYTES = 150_000;
const PAGE = readFileSync(join(PICTURES, '..', 'model.md'), 'utf8');

const isRecorded = existsSync(DATA);
if (!isRecorded) console.warn('Skipped: drawing the pictures wants the recordings in ../shared/data.');

test('the page shows every picture there is, on either ground, and no other', () => {
  const shown = [...PAGE.matchAll(/pictures\/([\w-]+\.svg)/g)].map(([, file]) => file);
  expect(shown.toSorted()).toEqual(readdirSync(PICTURES).toSorted());
});

test.each(readdirSync(PICTURES))('%s is small, and fetches and runs nothing', (file) => {
  const svg = readFileSync(join(PICTURES, file), 'utf8');
  expect(Buffer.byteLength(svg)).toBeLessThan(MAX_BYTES);
  expect(svg).not.toMatch(/<script|<image|href=|url\(|NaN/);
});

describe.skipIf(!isRecorded)('drawn anew from ../shared/data', () => {
  test(
    'the pictures are byte for byte those on the page (else: npm run pictures)',
    { timeout: 300_000 },
    async () => {
      for (const picture of gallery()) {
        for (const { file, svg } of await filesOf(picture)) {
          expect(svg === readFileSync(join(PICTURES, file), 'utf8'), file).toBe(true);
        }
      }
    },
  );
});
