import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withoutStepDump } from '../optimised.mjs';

const TEMPLATE = '../../node_modules/azle/dist/canister_templates/stable.wasm';
const template = readFileSync(join(import.meta.dirname, TEMPLATE));

test('of azle’s interpreter one condition is answered beforehand, and no other byte changes', () => {
  const patched = withoutStepDump(template);
  expect(patched.length).toBe(template.length);
  const changed = [...patched.keys()].filter((i) => patched[i] !== template[i]);
  const [first = 0, last = 0] = [changed[0], changed.at(-1)];
  // local.get, i32.load, i32.load16_u, i32.const 128 and i32.and become i32.const 0 and nothing.
  expect(template.subarray(first, last + 1).toString('hex')).toMatch(/^20..2802002f00e10141800171$/);
  expect(patched.subarray(first, last + 1).toString('hex')).toBe(`4100${'01'.repeat(last - first - 1)}`);
});

test('an interpreter that is laid out otherwise is refused, not patched at a guess', () => {
  expect(() => withoutStepDump(withoutStepDump(template))).toThrow('look for it anew');
  expect(() => withoutStepDump(Buffer.concat([template, template]))).toThrow('look for it anew');
  expect(() => withoutStepDump(Buffer.alloc(100))).toThrow('look for it anew');
});
