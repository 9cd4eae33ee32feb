import { IDL } from '@dfinity/candid';
import { describe, expect, it } from 'vitest';
import { azleExample, stockTextEncoding } from '../../test/AzleExample.ts';
import { replyOf, testSubnet } from '../../test/TestCanister.ts';

/**
 * What azle's authors measured on a replica for azle 0.33.0: `examples/stable/demo/hello_world/benchmarks.json` of that
 * release's repository. (The installed package still carries the record of 0.32.0: 1,404,869.)
 */
const PUBLISHED_SET_MESSAGE = 1_395_312;
const TOLERANCE = 0.005;

const textEncoding = stockTextEncoding();
if (textEncoding === undefined) {
  console.warn(
    'Skipped: comparing with azle’s own measurement needs text-encoding-stock (npm:@sinonjs/text-encoding).',
  );
}

describe.skipIf(textEncoding === undefined)('instructions counted here', () => {
  it('are those that a replica counted for azle’s shipped example, within half a percent', () => {
    const { subnet, deploy } = testSubnet();
    const wasm = azleExample('hello_world', 'stable/demo/hello_world', textEncoding ?? '');
    const id = deploy(wasm, IDL.encode([], []));
    const called = subnet.callUpdate(id, 'setMessage', IDL.encode([IDL.Text], ['Goodbye world!']));
    replyOf(called);
    const ratio = Number(called.instructions) / PUBLISHED_SET_MESSAGE;
    expect(Math.abs(ratio - 1)).toBeLessThan(TOLERANCE);
  });
});
