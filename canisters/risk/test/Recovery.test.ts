import {
  DEFAULT_LIMITS,
  encodeClaim,
  encodeGrant,
  encodeLimits,
  encodeRecovery,
  encodeRevocation,
} from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AGENT,
  DAY_MS,
  enrol,
  OTHER_AGENT,
  OTHER_OWNER,
  OWNER,
  principalOf,
  recordIn,
  told,
} from './support/Cast.ts';
import { controlFrame } from './support/Frames.ts';
import { idOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

const HEIR = principalOf(30);
const SECOND_HEIR = principalOf(31);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

let number = 0;
const name = (risk: Risk, recovery: Uint8Array, owner: Uint8Array): string =>
  told(risk.send('set_recovery', encodeRecovery(idOf(++number), recovery), owner));
const claim = (risk: Risk, owner: Uint8Array, heir: Uint8Array): string =>
  told(risk.send('recover', encodeClaim({ id: idOf(++number), claim: 'recover', owner }), heir));
const register = (risk: Risk, principal: Uint8Array): string =>
  told(risk.send('register', encodeLimits(DEFAULT_LIMITS), principal));
const grant = (risk: Risk, agent: Uint8Array, owner: Uint8Array): string =>
  told(risk.send('grant', encodeGrant({ agent, expiresMs: risk.nowMs + 100 * DAY_MS }), owner));
const halt = (risk: Risk, caller: Uint8Array): string =>
  told(risk.send('halt', controlFrame('halt', ++number), caller));

/** Two owners with an agent each. */
function peopled(): Risk {
  const risk = new Risk(wasm, START_MS);
  enrol(risk);
  enrol(risk, OTHER_OWNER, OTHER_AGENT);
  return risk;
}

/** Claims, and seven days later takes over. */
function takeOver(risk: Risk, owner: Uint8Array, heir: Uint8Array): void {
  expect(claim(risk, owner, heir)).toBe('record');
  risk.clock.advanceMs(7 * DAY_MS);
  expect(claim(risk, owner, heir)).toBe('record');
}

describe('who may recover an account', () => {
  it('is no owner and no other owner’s agent: two owners cannot name each other', () => {
    const risk = peopled();
    expect(name(risk, OTHER_OWNER, OWNER)).toBe('request/recovery-refused');
    expect(name(risk, OWNER, OTHER_OWNER)).toBe('request/recovery-refused');
    expect(name(risk, OTHER_AGENT, OWNER)).toBe('request/recovery-refused');
    expect(name(risk, HEIR, OWNER)).toBe('record');
    takeOver(risk, OWNER, HEIR);
    // Nor one that recovered another account; the former owner, who has none any more, may be.
    expect(name(risk, HEIR, OTHER_OWNER)).toBe('request/recovery-refused');
    expect(name(risk, OWNER, OTHER_OWNER)).toBe('record');
  });

  it('and has registered since is told so, and recovers once its own account is another’s', () => {
    const risk = peopled();
    name(risk, HEIR, OWNER);
    expect(register(risk, HEIR)).toBe('record');
    expect(claim(risk, OWNER, HEIR)).toBe('request/already-registered');
    name(risk, SECOND_HEIR, HEIR);
    takeOver(risk, HEIR, SECOND_HEIR);
    takeOver(risk, OWNER, HEIR);
    risk.upgrade();
    expect([halt(risk, HEIR), halt(risk, SECOND_HEIR)]).toEqual(['record', 'record']);
    expect(risk.keeper(OWNER, HEIR)).toMatchObject({ owner: HEIR, halted: true });
    expect(risk.keeper(HEIR, SECOND_HEIR)).toMatchObject({ owner: SECOND_HEIR, halted: true });
  });

  it('and has registered between claim and take-over does not end up with two accounts', () => {
    const risk = peopled();
    name(risk, HEIR, OWNER);
    expect(claim(risk, OWNER, HEIR)).toBe('record');
    expect(register(risk, HEIR)).toBe('record');
    risk.clock.advanceMs(7 * DAY_MS);
    expect(claim(risk, OWNER, HEIR)).toBe('request/already-registered');
    expect(risk.keeper(OWNER, OWNER)).toMatchObject({ owner: OWNER, recovery: HEIR });
    expect(risk.keeper(HEIR, HEIR)).toMatchObject({ owner: HEIR });
  });

  it('and has become another owner’s agent since recovers once that grant is revoked, and halts one account only', () => {
    const risk = peopled();
    name(risk, HEIR, OWNER);
    expect(grant(risk, HEIR, OTHER_OWNER)).toBe('record');
    expect(claim(risk, OWNER, HEIR)).toBe('request/agent-key');
    expect(told(risk.send('revoke', encodeRevocation(HEIR), OTHER_OWNER))).toBe('record');
    expect(claim(risk, OWNER, HEIR)).toBe('record');
    // A grant that comes while the claim waits ends nothing, and is in the way no longer once it has run out.
    expect(grant(risk, HEIR, OTHER_OWNER)).toBe('record');
    risk.clock.advanceMs(7 * DAY_MS);
    expect(claim(risk, OWNER, HEIR)).toBe('request/agent-key');
    risk.clock.advanceMs(93 * DAY_MS);
    expect(claim(risk, OWNER, HEIR)).toBe('record');
    expect(halt(risk, HEIR)).toBe('record');
    expect(risk.keeper(OWNER, HEIR)).toMatchObject({ owner: HEIR, halted: true });
    expect(risk.keeper(OTHER_OWNER, OTHER_OWNER)).toMatchObject({ halted: false });
    expect(grant(risk, HEIR, OTHER_OWNER)).toBe('request/agent-refused');
  });
});

it('an agent’s key is nobody’s once its grant is forgotten, seven days after it ended and with the next grant', () => {
  const risk = peopled();
  recordIn(risk.send('revoke', encodeRevocation(AGENT), OWNER));
  risk.clock.advanceMs(7 * DAY_MS - 1);
  expect(grant(risk, principalOf(40), OWNER)).toBe('record');
  expect(register(risk, AGENT)).toBe('request/agent-key');
  risk.clock.advanceMs(1);
  expect(grant(risk, principalOf(41), OWNER)).toBe('record');
  expect(register(risk, AGENT)).toBe('record');
});
