import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError } from './EngineError.ts';
import { FRAME_VERSION } from './codec/Frame.ts';
import {
  decodeGrant,
  decodeRevocation,
  encodeGrant,
  encodeRevocation,
  MAX_PRINCIPAL_BYTES,
  SCOPES,
} from './Grant.ts';

const scopes = fc.subarray([...SCOPES], { minLength: 1 });
const principals = fc.uint8Array({ minLength: 1, maxLength: MAX_PRINCIPAL_BYTES });

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('grant and revocation frames', () => {
  it('read back what was written', () => {
    fc.assert(
      fc.property(principals, fc.maxSafeNat(), scopes, fc.nat(15), (agent, expiresMs, some, account) => {
        const grant = { agent, expiresMs, scopes: some, account };
        expect(decodeGrant(encodeGrant(grant))).toEqual(grant);
        expect(decodeRevocation(encodeRevocation(agent))).toEqual(agent);
      }),
    );
  });

  it('have one reading: whatever decodes, encodes to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 48 }), fc.constantFrom(5, 6), (noise, kind) => {
        const frame = Uint8Array.of(FRAME_VERSION, kind, ...noise);
        const decode =
          kind === 5
            ? () => encodeGrant(decodeGrant(frame))
            : () => encodeRevocation(decodeRevocation(frame));
        const error = refusal(decode);
        if (error === undefined) expect(decode()).toEqual(frame);
        else expect(error).toBeInstanceOf(EngineError);
      }),
    );
  });

  it('refuse a principal that is empty or too long, on both sides', () => {
    for (const length of [0, MAX_PRINCIPAL_BYTES + 1, 255]) {
      const agent = new Uint8Array(length);
      expect(refusal(() => encodeGrant({ agent, expiresMs: 1 }))).toMatchObject({ leaf: 'out-of-domain' });
      expect(refusal(() => encodeRevocation(agent))).toMatchObject({ leaf: 'out-of-domain' });
      const frame = Uint8Array.of(FRAME_VERSION, 6, length, ...agent);
      expect(refusal(() => decodeRevocation(frame))).toMatchObject({ leaf: 'out-of-domain' });
    }
  });

  it('are not taken for one another', () => {
    const agent = Uint8Array.of(1, 2, 3);
    expect(refusal(() => decodeGrant(encodeRevocation(agent)))).toMatchObject({ leaf: 'frame-kind' });
    expect(refusal(() => decodeRevocation(encodeGrant({ agent, expiresMs: 9 })))).toMatchObject({
      leaf: 'frame-kind',
    });
  });
});
