import {
  encodeClaim,
  encodeConfirmation,
  encodeControl,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeLimits,
  encodeModeChange,
  encodeObservation,
  encodeRecovery,
  encodeReport,
  encodeResolution,
  encodeRevocation,
  encodeRotation,
  DEFAULT_LIMITS,
  type ClaimKind,
  type ControlKind,
  type Scope,
} from '@plimsoll/engine';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBlob } from '../src/CandidBlob.ts';
import { canonicalMethods } from './support/Candid.ts';
import {
  AGENT,
  ANONYMOUS,
  DAY_MS,
  enrol,
  enrolFormerAgents,
  EXPIRED_AGENT,
  OTHER_AGENT,
  OTHER_OWNER,
  OWNER,
  principalOf,
  recordIn,
  REVOKED_AGENT,
  STRANGER,
  told,
} from './support/Cast.ts';
import { createMarket, historyOf, ICP_PERPETUAL, idOf, lookOf, START_MS, wishOf } from './support/Market.ts';
import { builtWasm, CONTROLLER, Risk, type UpdateMethod } from './support/Risk.ts';

const RISK_DID = join(import.meta.dirname, '..', 'risk.did');
const market = createMarket(30, 5);
const lateMs = START_MS + 1e9;
const RELAY_AGENT = principalOf(20);
const REPORT_AGENT = principalOf(21);
const ENTRY_AGENT = principalOf(22);
const STOP_AGENT = principalOf(23);
const RECOVERY = principalOf(24);
const NEWCOMER = principalOf(25);

const control = (kind: ControlKind, number: number): Uint8Array =>
  encodeControl({ id: idOf(number), control: kind, account: 0, market: null });

const claim = (kind: ClaimKind, number: number): Uint8Array =>
  encodeClaim({ id: idOf(number), claim: kind, owner: OWNER });

/** A second market, so that its history is new whoever brings it. */
const history = {
  ...historyOf(market, 20, 'replay', idOf(300)),
  place: { account: 0, market: 1 },
  instrument: { ...ICP_PERPETUAL, symbol: 'ETHUSDT' },
};

/** A good frame for every method, so that access alone decides. */
const frames: Readonly<Record<UpdateMethod, Uint8Array>> = {
  register: encodeLimits(DEFAULT_LIMITS),
  set_limits: encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 }),
  cancel_pending: claim('cancel-pending', 301),
  grant: encodeGrant({ agent: NEWCOMER, expiresMs: lateMs }),
  revoke: encodeRevocation(AGENT),
  rotate: encodeRotation(AGENT, NEWCOMER),
  halt: control('halt', 302),
  flatten: control('flatten', 303),
  takeover: control('takeover', 304),
  release: control('release', 305),
  resume: control('resume', 306),
  set_mode: encodeModeChange({ id: idOf(307), account: 0, mode: 'advisory', evidence: null }),
  report: encodeReport({
    id: idOf(308),
    place: { account: 0, market: 0 },
    report: 'execution',
    decision: 1,
    timeMs: START_MS,
    side: 0,
    quantity: 0,
    price: 0,
    code: 'word',
  }),
  resolve: encodeResolution(idOf(309), 1),
  confirm_jump: encodeConfirmation({ id: idOf(313), place: { account: 0, market: 0 }, barMs: START_MS }),
  set_recovery: encodeRecovery(idOf(310), NEWCOMER),
  recover: claim('recover', 311),
  cancel_recovery: claim('cancel-recovery', 312),
  checkpoint: claim('checkpoint', 313),
  load_history: encodeHistory(history),
  observe: encodeObservation(lookOf(market, 20)),
  intent: encodeIntent(wishOf(lookOf(market, 20).timeMs, idOf(99))),
};

const callers = {
  anonymous: ANONYMOUS,
  stranger: STRANGER,
  'agent with relay': RELAY_AGENT,
  'agent with report': REPORT_AGENT,
  'agent with request-entry': ENTRY_AGENT,
  'agent with stop': STOP_AGENT,
  'agent with all scopes': AGENT,
  'expired agent': EXPIRED_AGENT,
  'revoked agent': REVOKED_AGENT,
  owner: OWNER,
  recovery: RECOVERY,
  'other owner': OTHER_OWNER,
  "other owner's agent": OTHER_AGENT,
  controller: CONTROLLER,
} as const;
type Caller = keyof typeof callers;

/** Why somebody is refused at the door; `past` is past it, whatever is answered there. */
const LEAVES = {
  anon: 'request/anonymous',
  notReg: 'request/not-registered',
  notGra: 'request/not-granted',
  scope: 'request/scope',
  expir: 'request/grant-expired',
  revok: 'request/grant-revoked',
  notRec: 'request/not-recovery',
  agent: 'request/agent-key',
  known: 'request/already-registered',
} as const;

/** In the order of `callers`. Another owner who acts, acts on an account of its own. */
const OWNERS_ONLY =
  'anon notReg notReg notReg notReg notReg notReg notReg notReg past notReg past notReg notReg';
const STOPPERS = 'anon notGra scope scope scope past past expir revok past notGra past past notGra';
const RELAYS = 'anon notGra past scope scope scope past expir revok notGra notGra notGra past notGra';
const table: Readonly<Record<UpdateMethod, string>> = {
  register: 'anon past agent agent agent agent agent agent agent known past known agent past',
  set_limits: OWNERS_ONLY,
  cancel_pending: OWNERS_ONLY,
  grant: OWNERS_ONLY,
  revoke: OWNERS_ONLY,
  rotate: OWNERS_ONLY,
  halt: STOPPERS,
  flatten: STOPPERS,
  takeover: OWNERS_ONLY,
  release: OWNERS_ONLY,
  resume: OWNERS_ONLY,
  set_mode: OWNERS_ONLY,
  report: 'anon notGra scope past scope scope past expir revok notGra notGra notGra past notGra',
  resolve: OWNERS_ONLY,
  confirm_jump: OWNERS_ONLY,
  set_recovery: OWNERS_ONLY,
  recover: 'anon notRec notRec notRec notRec notRec notRec notRec notRec notRec past notRec notRec notRec',
  cancel_recovery: OWNERS_ONLY,
  checkpoint: OWNERS_ONLY,
  load_history: RELAYS,
  observe: RELAYS,
  intent: 'anon notGra scope scope past scope past expir revok past notGra past past notGra',
};
/** Reads of one owner's data, by whom: the owner, and agents whose grant runs. */
const READS = ['head', 'records', 'kept', 'state_part', 'keeper', 'agents', 'portfolio', 'reports'];
const READERS = 'no no yes yes yes yes yes no no yes no no no no'.split(' ');
/** Methods that tell and change nothing of any owner's. */
const OF_NOBODY = ['set_policy', 'policy', 'build_info', 'http_request'];

const methods = Object.keys(table) as UpdateMethod[];
const names = Object.keys(callers) as Caller[];
const expected = (method: UpdateMethod): string[] => table[method].split(' ');

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

function peopled(): Risk {
  const risk = new Risk(wasm, START_MS);
  const grant = (agent: Uint8Array, scope: Scope): void =>
    void recordIn(risk.send('grant', encodeGrant({ agent, expiresMs: lateMs, scopes: [scope] }), OWNER));
  for (const [owner, agent] of [
    [OWNER, AGENT],
    [OTHER_OWNER, OTHER_AGENT],
  ] as const) {
    enrol(risk, owner, agent);
    recordIn(risk.send('load_history', encodeHistory(historyOf(market, 20)), agent));
  }
  grant(RELAY_AGENT, 'relay');
  grant(REPORT_AGENT, 'report');
  grant(ENTRY_AGENT, 'request-entry');
  grant(STOP_AGENT, 'stop');
  recordIn(risk.send('set_recovery', encodeRecovery(idOf(400), RECOVERY), OWNER));
  enrolFormerAgents(risk);
  return risk;
}

describe('who may call what', () => {
  it('the table has every method of the interface, with a cell for every caller', () => {
    const did = canonicalMethods(readFileSync(RISK_DID, 'utf8')).map((line) => line.split(':')[0]);
    expect([...methods, ...READS, ...OF_NOBODY].sort()).toEqual(did.sort());
    for (const method of methods) expect(expected(method), method).toHaveLength(names.length);
  });

  it.each(methods)(
    '%s: every caller is told what the table says, and only the allowed change a log',
    (method) => {
      const risk = peopled();
      const heads = (): string =>
        [OWNER, OTHER_OWNER].map((owner) => risk.head(owner, owner)?.head.join()).join(' ');
      const answers = names.map((name) => {
        // Beyond the lease of whoever relayed before.
        risk.clock.setMs(risk.nowMs + 121_000);
        const before = heads();
        const answer = told(risk.send(method, frames[method], callers[name]));
        const leaf = Object.entries(LEAVES).find(([, value]) => value === answer)?.[0] ?? 'past';
        if (leaf !== 'past') expect(heads(), `${method} by the ${name}`).toBe(before);
        return leaf;
      });
      // A repeated revocation finds nobody left, and that is past the door.
      const known =
        method === 'revoke' ? answers.map((leaf) => (leaf === 'notGra' ? 'past' : leaf)) : answers;
      expect(known).toEqual(expected(method));
    },
  );

  it('the inspection turns away those whom the method would not know, and nobody else', () => {
    const risk = peopled();
    const turnedAway = ['anon', 'notReg', 'notGra'];
    for (const method of methods) {
      const accepted = names.map((name) => risk.accepts(method, encodeBlob(frames[method]), callers[name]));
      // An owner is let in to report, and told there that it is an agent's to do.
      const want = expected(method).map((leaf) => !turnedAway.includes(leaf));
      expect(accepted, method).toEqual(want);
    }
    for (const name of names) {
      expect(risk.accepts('set_policy', new Uint8Array(100), callers[name])).toBe(name === 'controller');
    }
  });

  it("an act changes the log of the caller's owner and of nobody else", () => {
    const risk = peopled();
    const other = risk.head(OTHER_OWNER, OTHER_OWNER);
    for (const method of ['set_limits', 'grant', 'halt', 'takeover', 'revoke'] as const) {
      recordIn(risk.send(method, frames[method], OWNER));
    }
    expect(risk.head(OTHER_OWNER, OTHER_OWNER)).toEqual(other);
  });

  it('controllers get nothing but the policy: no read, and no act on any owner', () => {
    const risk = peopled();
    expect(risk.setPolicy({ registration: 'closed' }, OWNER)).toEqual({
      err: expect.stringContaining('not-controller') as string,
    });
    expect(risk.setPolicy({ registration: 'closed' })).toEqual({ ok: null });
    expect(told(risk.send('register', frames.register, STRANGER))).toBe('request/closed');
    expect(risk.keeper(OWNER, CONTROLLER)).toBeUndefined();
  });

  it('an agent may halt its own account, not another and not all of them', () => {
    const risk = peopled();
    const halt = (account: number | null, number: number): string =>
      told(
        risk.send(
          'halt',
          encodeControl({ id: idOf(number), control: 'halt', account, market: null }),
          STOP_AGENT,
        ),
      );
    expect(halt(null, 500)).toBe('request/other-account');
    expect(halt(1, 501)).toBe('request/other-account');
    expect(halt(0, 502)).toBe('record');
    for (const kind of ['resume', 'takeover', 'release'] as const) {
      expect(told(risk.send(kind, control(kind, 503), STOP_AGENT))).toBe('request/not-registered');
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

  it.each<[string, Uint8Array, number, string]>([
    ['the anonymous principal', ANONYMOUS, lateMs, 'request/agent-refused'],
    ['the owner', OWNER, lateMs, 'request/agent-refused'],
    ['another owner', OTHER_OWNER, lateMs, 'request/agent-refused'],
    ['a key whose time is over already', STRANGER, START_MS, 'request/out-of-domain'],
  ])('%s cannot be an agent', (_name, agent, expiresMs, answer) => {
    const risk = peopled();
    expect(told(risk.send('grant', encodeGrant({ agent, expiresMs }), OWNER))).toBe(answer);
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
    const risk = peopled();
    const grant = encodeGrant({ agent: NEWCOMER, expiresMs: risk.nowMs + 200_000 });
    recordIn(risk.send('grant', grant, OWNER));
    risk.clock.setMs(risk.nowMs + 199_999);
    expect(told(risk.send('observe', frames.observe, NEWCOMER))).toBe('record');
    risk.clock.setMs(risk.nowMs + 1);
    expect(told(risk.send('observe', frames.observe, NEWCOMER))).toBe('request/grant-expired');
  });

  it('a withdrawn agent still reports on an open trade for seven days, and does nothing else', () => {
    const risk = peopled();
    const position = {
      side: 1,
      quantity: 100,
      entryPrice: market.bars[20]!.close,
      walletUsdt: 500,
      venueLiquidationPrice: 0,
      openedMs: START_MS,
    } as const;
    risk.clock.setMs(risk.nowMs + 121_000);
    const seen = encodeObservation(lookOf(market, 20, { position, restingStopPrice: 1 }));
    recordIn(risk.send('observe', seen, AGENT));
    recordIn(risk.send('revoke', encodeRevocation(AGENT), OWNER));
    const report = (number: number): string => {
      const frame = Uint8Array.from(frames.report);
      frame.set(idOf(number), 2);
      return told(risk.send('report', frame, AGENT));
    };
    expect(report(600)).toBe('record');
    expect(told(risk.send('halt', control('halt', 601), AGENT))).toBe('request/grant-revoked');
    risk.clock.setMs(risk.nowMs + 7 * DAY_MS - 1);
    expect(report(602)).toBe('record');
    risk.clock.setMs(risk.nowMs + 1);
    expect(report(603)).toBe('request/grant-revoked');
  });
});

describe('who may read what', () => {
  it.each(names.map((name, i) => [name, READERS[i]!] as const))(
    "the owner's head, records, rules, agents, accounts and reports, by the %s: %s",
    (caller, may) => {
      const risk = peopled();
      const checkpoint = recordIn(risk.send('checkpoint', frames.checkpoint, OWNER)).sequence;
      const sender = callers[caller];
      const allowed = may === 'yes';
      expect(risk.head(OWNER, sender) !== undefined).toBe(allowed);
      expect(risk.records(OWNER, sender).length > 0).toBe(allowed);
      expect(risk.keeper(OWNER, sender) !== undefined).toBe(allowed);
      expect(risk.kept(OWNER, sender) !== undefined).toBe(allowed);
      expect(risk.statePart(OWNER, sender, checkpoint, 0) !== undefined).toBe(allowed);
      expect(risk.view('agents', OWNER, sender).length > 0).toBe(allowed);
      expect(risk.view('portfolio', OWNER, sender).length > 0).toBe(allowed);
      recordIn(risk.send('report', frames.report, AGENT));
      expect(risk.view('reports', OWNER, sender).length > 0).toBe(allowed);
    },
  );

  it('an owner who does not exist is nothing to anyone, and says no more than one who does', () => {
    const risk = peopled();
    for (const sender of Object.values(callers)) {
      expect(risk.head(STRANGER, sender)).toBeUndefined();
      expect(risk.records(STRANGER, sender)).toEqual([]);
      expect(risk.keeper(STRANGER, sender)).toBeUndefined();
      expect(risk.view('agents', STRANGER, sender)).toEqual([]);
    }
  });
});

describe('size', () => {
  it('is bounded in the inspection and in the method', () => {
    const risk = peopled();
    for (const method of methods) {
      const sender = ['load_history', 'observe', 'intent', 'report'].includes(method) ? AGENT : OWNER;
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
