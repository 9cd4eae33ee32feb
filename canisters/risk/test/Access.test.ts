import {
  DEFAULT_LIMITS,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeLimits,
  encodeObservation,
  encodeRevocation,
} from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBlob } from '../src/CandidBlob.ts';
import {
  AGENT,
  ANONYMOUS,
  enrol,
  enrolFormerAgents,
  EXPIRED_AGENT,
  OTHER_AGENT,
  OTHER_OWNER,
  OWNER,
  REVOKED_AGENT,
  STRANGER,
  told,
} from './support/Cast.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS, wishOf } from './support/Market.ts';
import { builtWasm, Risk, type UpdateMethod } from './support/Risk.ts';

type Tabled = Extract<
  UpdateMethod,
  'register' | 'set_limits' | 'grant' | 'revoke' | 'load_history' | 'observe' | 'intent'
>;

const market = createMarket(30, 5);
const lateMs = START_MS + 1e9;

/** A good frame for every method, so that access alone decides. */
const frames: Readonly<Record<Tabled, Uint8Array>> = {
  register: encodeLimits(DEFAULT_LIMITS),
  set_limits: encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 }),
  grant: encodeGrant({ agent: STRANGER, expiresMs: lateMs }),
  revoke: encodeRevocation(AGENT),
  load_history: encodeHistory(historyOf(market, 20)),
  observe: encodeObservation(lookOf(market, 20)),
  intent: encodeIntent(wishOf(START_MS, idOf(99))),
};

const callers = {
  anonymous: ANONYMOUS,
  stranger: STRANGER,
  owner: OWNER,
  agent: AGENT,
  'expired agent': EXPIRED_AGENT,
  'revoked agent': REVOKED_AGENT,
  'other owner': OTHER_OWNER,
  "other owner's agent": OTHER_AGENT,
} as const;
type Caller = keyof typeof callers;

const ANON = 'request/anonymous';
const NOT_OWNER = 'request/not-registered';
const NOT_AGENT = 'request/not-granted';
/** Past the door: the desk has no history yet, so that is what it is told. */
const COLD = 'request/no-history';

/** In the order of `callers`. */
const table: Readonly<Record<Tabled, readonly string[]>> = {
  register: [
    ANON,
    'record',
    'request/already-registered',
    'record',
    'record',
    'record',
    'request/already-registered',
    'record',
  ],
  set_limits: [ANON, NOT_OWNER, 'record', NOT_OWNER, NOT_OWNER, NOT_OWNER, 'record', NOT_OWNER],
  grant: [ANON, NOT_OWNER, 'record', NOT_OWNER, NOT_OWNER, NOT_OWNER, 'request/agent-refused', NOT_OWNER],
  revoke: [ANON, NOT_OWNER, 'record', NOT_OWNER, NOT_OWNER, NOT_OWNER, 'request/not-granted', NOT_OWNER],
  load_history: [
    ANON,
    NOT_AGENT,
    NOT_AGENT,
    'record',
    'request/grant-expired',
    NOT_AGENT,
    NOT_AGENT,
    'record',
  ],
  observe: [ANON, NOT_AGENT, NOT_AGENT, COLD, 'request/grant-expired', NOT_AGENT, NOT_AGENT, COLD],
  intent: [ANON, NOT_AGENT, NOT_AGENT, COLD, 'request/grant-expired', NOT_AGENT, NOT_AGENT, COLD],
};

const methods = Object.keys(table) as Tabled[];
const names = Object.keys(callers) as Caller[];

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

function peopled(): Risk {
  const risk = new Risk(wasm, START_MS);
  enrol(risk);
  enrol(risk, OTHER_OWNER, OTHER_AGENT);
  enrolFormerAgents(risk);
  return risk;
}

describe('who may call what', () => {
  it.each(methods)(
    '%s: every caller is told what the table says, and only the allowed change a log',
    (method) => {
      const risk = peopled();
      const heads = (): string =>
        [OWNER, OTHER_OWNER].map((owner) => risk.head(owner, owner)?.head.join()).join(' ');
      const before = names.map((name) => {
        const head = heads();
        const answer = told(risk.send(method, frames[method], callers[name]));
        const isNew = method === 'register';
        expect(head !== heads(), `${method} by the ${name} changed an owner's log`).toBe(
          answer === 'record' && !isNew,
        );
        return answer;
      });
      expect(before).toEqual(table[method]);
    },
  );

  it("an act changes the log of the caller's owner and of nobody else", () => {
    const risk = peopled();
    const other = risk.head(OTHER_OWNER, OTHER_OWNER);
    for (const method of ['load_history', 'set_limits', 'grant', 'revoke'] as const) {
      risk.send(method, frames[method], method === 'load_history' ? AGENT : OWNER);
    }
    expect(risk.head(OTHER_OWNER, OTHER_OWNER)).toEqual(other);
  });

  it('the inspection turns away those whom the method would not know, and nobody else', () => {
    const risk = peopled();
    for (const method of methods) {
      const accepted = names.map((name) => risk.accepts(method, encodeBlob(frames[method]), callers[name]));
      const unknown = method === 'revoke' ? [ANON, NOT_OWNER] : [ANON, NOT_OWNER, NOT_AGENT];
      expect(accepted, method).toEqual(table[method].map((answer) => !unknown.includes(answer)));
    }
  });

  it('an agent key that serves one owner is refused to another, and free once revoked', () => {
    const risk = peopled();
    const grant = encodeGrant({ agent: AGENT, expiresMs: lateMs });
    expect(told(risk.send('grant', grant, OTHER_OWNER))).toBe('request/agent-refused');
    risk.send('revoke', encodeRevocation(AGENT), OWNER);
    expect(told(risk.send('grant', grant, OTHER_OWNER))).toBe('record');
    expect(risk.grants(OTHER_OWNER, OTHER_OWNER).map(({ agent }) => agent)).toEqual([OTHER_AGENT, AGENT]);
  });

  it.each([
    ['the anonymous principal', ANONYMOUS, lateMs, 'request/agent-refused'],
    ['the owner', OWNER, lateMs, 'request/agent-refused'],
    ['a key whose time is over already', STRANGER, START_MS, 'request/out-of-domain'],
  ])('%s cannot be an agent', (_name, agent, expiresMs, expected) => {
    const risk = peopled();
    expect(told(risk.send('grant', encodeGrant({ agent, expiresMs }), OWNER))).toBe(expected);
  });

  it('a ninth agent is refused until one is revoked; granting again only moves the expiry', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    const grant = (number: number, expiresMs = lateMs): string => {
      const agent = new Uint8Array(29).fill(100 + number);
      return told(risk.send('grant', encodeGrant({ agent, expiresMs }), OWNER));
    };
    for (let i = 1; i < 8; i++) expect(grant(i)).toBe('record');
    expect(grant(8)).toBe('request/too-many-grants');
    expect(grant(7, lateMs + 1)).toBe('record');
    expect(risk.grants(OWNER, OWNER).length).toBe(8);
    risk.send('revoke', encodeRevocation(AGENT), OWNER);
    expect(grant(8)).toBe('record');
  });

  it('a grant runs up to its expiry and not at it', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    risk.send('grant', encodeGrant({ agent: STRANGER, expiresMs: START_MS + 1000 }), OWNER);
    risk.clock.setMs(START_MS + 999);
    expect(told(risk.send('observe', frames.observe, STRANGER))).toBe(COLD);
    risk.clock.setMs(START_MS + 1000);
    expect(told(risk.send('observe', frames.observe, STRANGER))).toBe('request/grant-expired');
  });
});

describe('who may read what', () => {
  const readers: readonly (readonly [Caller, boolean])[] = [
    ['anonymous', false],
    ['stranger', false],
    ['owner', true],
    ['agent', true],
    ['expired agent', false],
    ['revoked agent', false],
    ['other owner', false],
    ["other owner's agent", false],
  ];

  it.each(readers)("the owner's head, records and grants, by the %s: %s", (caller, allowed) => {
    const risk = peopled();
    const sender = callers[caller];
    expect(risk.head(OWNER, sender) !== undefined).toBe(allowed);
    expect(risk.records(OWNER, sender).length > 0).toBe(allowed);
    expect(risk.grants(OWNER, sender).length > 0).toBe(allowed);
  });

  it('an owner who does not exist is nothing to anyone, and says no more than one who does', () => {
    const risk = peopled();
    for (const sender of Object.values(callers)) {
      expect(risk.head(STRANGER, sender)).toBeUndefined();
      expect(risk.records(STRANGER, sender)).toEqual([]);
      expect(risk.grants(STRANGER, sender)).toEqual([]);
    }
  });
});

describe('size', () => {
  it('is bounded in the inspection and in the method', () => {
    const risk = peopled();
    for (const method of methods) {
      const sender = ['load_history', 'observe', 'intent'].includes(method) ? AGENT : OWNER;
      const most = method === 'load_history' ? 400_000 : 4_000;
      expect(risk.accepts(method, encodeBlob(new Uint8Array(most)), sender), method).toBe(true);
      expect(risk.accepts(method, encodeBlob(new Uint8Array(most + 20)), sender), method).toBe(false);
      expect(told(risk.send(method, new Uint8Array(most), sender)), method).not.toBe('request/oversized');
      expect(told(risk.send(method, new Uint8Array(most + 1), sender)), method).toBe('request/oversized');
    }
  });

  it('methods that do not exist are turned away by the inspection', () => {
    const risk = peopled();
    for (const method of ['_azle_chunk', 'decide', '']) {
      expect(risk.accepts(method, encodeBlob(new Uint8Array(0)), OWNER)).toBe(false);
    }
  });
});
