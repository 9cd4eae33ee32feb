import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { firstLine } from './firstLine.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

test.each(['packaging/systemd/plimsoll.service', 'packaging/container/Containerfile'])(
  'what bounds the memory of the command bounds it in %s too',
  (path) => {
    const { environment, options } = firstLine(pathOf('agent/bin/plimsoll.mjs'));
    const text = readFileSync(pathOf(path), 'utf8');
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) expect(text).toContain(option);
    for (const [name, value] of Object.entries(environment)) expect(text).toContain(`${name}=${value}`);
  },
);
