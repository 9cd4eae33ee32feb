import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const PAGE = readFileSync(new URL('../../docs/invariants.md', import.meta.url), 'utf8');
/** Rows of the page: file and title. */
const ROWS = [...PAGE.matchAll(/^\| \d+ \|.*\| `([^`]+)` \| (.+) \|$/gm)].map(([, file = '', title = '']) => [
  file,
  title,
]);

test('the page of invariants lists the sections that name any', () => {
  const sections = new Set([...PAGE.matchAll(/^\| (\d+) \|/gm)].map(([, section]) => section));
  expect([...sections].map(Number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10]);
  expect(ROWS.length).toBe([...PAGE.matchAll(/^\| \d+ \|/gm)].length);
});

test.each(ROWS)('%s has the test “%s”', (file, title) => {
  const source = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8');
  expect(source.includes(`'${title}'`), title).toBe(true);
});
