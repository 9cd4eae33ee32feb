import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleLength, wrap } from './wrap.ts';

test('a number and its unit stay on one line', () => {
  const text = 'held for 12 h at 5.1 % of 1,000.00 USDT and 195 ICP, 4.1 daily σ until 03:04:05 UTC';
  for (let columns = 40; columns < 90; columns++) {
    const lines = wrap(text, columns, 2);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(text);
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(columns);
      expect(line).not.toMatch(/^\s*(?:%|[A-Z]+\b|h\b|daily)/);
    }
  }
});

test('nothing is lost, and a line is too long only where one word is', () => {
  const word = fc.stringMatching(/^[a-z0-9%]{1,60}$/);
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 40, max: 130 }),
      (words, columns) => {
        const text = words.join(' ');
        const lines = wrap(text, columns, 4);
        expect(lines.join(' ').replace(/ +/g, ' ').trim()).toBe(text);
        for (const line of lines) {
          const parts = line.trim().split(' ');
          // A number with its unit is one word too.
          if (visibleLength(line) > columns) expect(parts.length).toBeLessThanOrEqual(2);
        }
      },
    ),
  );
});

test('colours take no room', () => {
  const bold = `\u001b[1m${'wide '.repeat(7)}\u001b[22m`;
  expect(wrap(bold, 40)).toHaveLength(1);
});
