import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** `path` and the “titles” of tests in it, as docs/threat-model.md names them. */
const ROOT = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'threat-model.md'), 'utf8');

interface Named {
  readonly path: string;
  readonly title: string;
}

function namedIn(text: string): Named[] {
  let path = '';
  return [...text.matchAll(/`([\w/.-]+\.(?:test|prop)\.ts)`|“([^”]+)”/g)].flatMap(([, file, title]) => {
    if (file !== undefined) path = file;
    return title === undefined ? [] : [{ path, title }];
  });
}

/** Rows of the tables of threats: who names none of three cells is no threat. */
const threats = page
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === 5 && !/^(threat|-+)$/.test(cells[1]!));

describe('the threat model', () => {
  it('has threats of every kind', () => {
    expect(threats.length).toBeGreaterThan(25);
  });

  it.each(threats.map(([, threat, , shown]) => [threat!, shown!]))(
    '%s: ends in a test, or says that it is accepted or not built',
    (_threat, shown) => {
      expect(/\*\*(accepted|not built)\*\*/.test(shown) || namedIn(shown).length > 0, shown).toBe(true);
    },
  );

  it.each(namedIn(page).map(({ path, title }) => [path, title]))('%s has the test “%s”', (path, title) => {
    const source = readFileSync(join(ROOT, path), 'utf8');
    const written = [title, title.replaceAll("'", "\\'")].some((text) =>
      [`'${text}'`, `"${text}"`, `\`${text}\``].some((literal) => source.includes(literal)),
    );
    expect(written, title).toBe(true);
  });
});
