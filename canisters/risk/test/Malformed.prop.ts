import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { attack, besiege, expectSameKeeper, messages, METHODS } from './support/Adversary.ts';
import { enrol, OWNER } from './support/Cast.ts';
import { START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

/** A tenth of what `npm run campaign -- canister-input` sends. */
const MESSAGES = Number(process.env['CANISTER_MESSAGES'] ?? 10_000);
/** Several minutes for a campaign, half of one here. */
const TIMEOUT_MS = 60_000 + 20 * MESSAGES;

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

describe('malformed and adversarial input', () => {
  it(
    'is answered, never trapped on; a refusal changes nothing, and what is taken the engine takes too',
    () => {
      const siege = besiege(wasm);
      fc.assert(
        fc.property(messages, (message) => attack(siege, message)),
        { numRuns: MESSAGES, endOnFailure: true },
      );
      expectSameKeeper(siege);
      expect(siege.answers.get('record')).toBeGreaterThan(MESSAGES / 100);
      expect(siege.answers.size).toBeGreaterThan(15);
    },
    TIMEOUT_MS,
  );

  it('around the blob is told from damage inside it', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    fc.assert(
      fc.property(fc.constantFrom(...METHODS), fc.uint8Array({ maxLength: 60 }), (method, argument) => {
        const reply = risk.sendRaw(method, argument, OWNER);
        expect(Buffer.from(reply).includes('candid')).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
