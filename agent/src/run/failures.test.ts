import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('every numbered case of docs/failures.md names the test that holds it, and the test is there', () => {
  const source = join(import.meta.dirname, '..');
  const text = readFileSync(join(source, '../../docs/failures.md'), 'utf8');
  const cases = [...text.matchAll(/^\| ([VMSCA]\d+) \|.*\| (.*) \|$/gm)];
  expect(cases.length).toBeGreaterThan(35);
  const numbers = cases.map(([, number]) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const [, number, held = ''] of cases) {
    const files = [...held.matchAll(/`([^`]+\.(?:test|prop)\.ts)`/g)].map(([, file = '']) => file);
    expect(files, `${String(number)} names a test`).not.toEqual([]);
    for (const file of files) expect(existsSync(join(source, file)), `${String(number)}: ${file}`).toBe(true);
  }
});
