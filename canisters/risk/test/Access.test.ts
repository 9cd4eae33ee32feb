import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBlob } from '../src/CandidBlob.ts';
import { callers, frames, peopled, STOP_AGENT, type Caller } from './support/Callers.ts';
import { canonicalMethods } from './support/Candid.ts';
import { AGENT, OTHER_OWNER, OWNER, recordIn, STRANGER, told } from './support/Cast.ts';
import { controlFrame } from './support/Frames.ts';
import { builtWasm, CONTROLLER, type UpdateMethod } from './support/Risk.ts';

const RISK_DID = join(import.meta.dirname, '..', 'risk.did');

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

const encodeOwner = (owner: Uint8Array): Uint8Array =>
  IDL.encode([IDL.Principal], [Principal.fromUint8Array(owner)]);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

describe('who may call what', () => {
  it('the table has every method of the interface, with a cell for every caller', () => {
    const did = canonicalMethods(readFileSync(RISK_DID, 'utf8')).map((line) => line.split(':')[0]);
    expect([...methods, ...READS, ...OF_NOBODY].sort()).toEqual(did.sort());
    for (const method of methods) expect(expected(method), method).toHaveLength(names.length);
  });

  it.each(methods)(
    '%s: every caller is told what the table says, and only the allowed change a log',
    (method) => {
      const risk = peopled(wasm);
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

  it('the inspection turns away whom the method would turn away, and nobody else', () => {
    const risk = peopled(wasm);
    // What it turns away costs nothing, so a grant that is over or an owner who registers again gets no further either.
    for (const method of methods) {
      const accepted = names.map((name) => risk.accepts(method, encodeBlob(frames[method]), callers[name]));
      expect(accepted, method).toEqual(expected(method).map((leaf) => leaf === 'past'));
    }
    for (const name of names) {
      expect(risk.accepts('set_policy', new Uint8Array(100), callers[name])).toBe(name === 'controller');
      for (const method of [...READS, 'policy', 'build_info', 'http_request']) {
        const argument = encodeOwner(OWNER);
        expect(risk.accepts(method, argument, callers[name]), `${method} by the ${name}`).toBe(false);
      }
    }
  });

  it('the inspection turns away an agent that means another account than its own', () => {
    const risk = peopled(wasm);
    const halt = (account: number | null): boolean =>
      risk.accepts('halt', encodeBlob(controlFrame('halt', 700, account)), STOP_AGENT);
    expect([halt(0), halt(1), halt(null)]).toEqual([true, false, false]);
  });

  it("an act changes the log of the caller's owner and of nobody else", () => {
    const risk = peopled(wasm);
    const other = risk.head(OTHER_OWNER, OTHER_OWNER);
    for (const method of ['set_limits', 'grant', 'halt', 'takeover', 'revoke'] as const) {
      recordIn(risk.send(method, frames[method], OWNER));
    }
    expect(risk.head(OTHER_OWNER, OTHER_OWNER)).toEqual(other);
  });

  it('controllers get nothing but the policy: no read, and no act on any owner', () => {
    const risk = peopled(wasm);
    expect(risk.setPolicy({ registration: 'closed' }, OWNER)).toEqual({
      err: expect.stringContaining('not-controller') as string,
    });
    expect(risk.setPolicy({ registration: 'closed' })).toEqual({ ok: null });
    expect(told(risk.send('register', frames.register, STRANGER))).toBe('request/closed');
    expect(risk.keeper(OWNER, CONTROLLER)).toBeUndefined();
  });
});

describe('who may read what', () => {
  it.each(names.map((name, i) => [name, READERS[i]!] as const))(
    "the owner's head, records, rules, agents, accounts and reports, by the %s: %s",
    (caller, may) => {
      const risk = peopled(wasm);
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
    const risk = peopled(wasm);
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
    const risk = peopled(wasm);
    for (const method of methods) {
      const isAgents = ['load_history', 'observe', 'intent', 'report'].includes(method);
      const sender = method === 'register' ? STRANGER : isAgents ? AGENT : OWNER;
      const most = method === 'load_history' ? 400_000 : 4_000;
      // Who may claim an account, only a claim that can be read tells.
      const isTold = method !== 'recover';
      expect(risk.accepts(method, encodeBlob(new Uint8Array(most)), sender), method).toBe(isTold);
      expect(risk.accepts(method, encodeBlob(new Uint8Array(most + 20)), sender), method).toBe(false);
      expect(told(risk.send(method, new Uint8Array(most), sender)), method).not.toBe('request/oversized');
      expect(told(risk.send(method, new Uint8Array(most + 1), sender)), method).toBe('request/oversized');
    }
  });

  it('methods that do not exist are turned away by the inspection', () => {
    const risk = peopled(wasm);
    for (const method of ['_azle_chunk', 'decide', '']) {
      expect(risk.accepts(method, encodeBlob(new Uint8Array(0)), OWNER)).toBe(false);
    }
  });
});
