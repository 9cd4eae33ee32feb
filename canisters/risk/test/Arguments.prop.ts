import { IDL } from '@dfinity/candid';
import { Principal } from '@dfinity/principal';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeBlob } from '../src/CandidBlob.ts';
import { frames, peopled } from './support/Callers.ts';
import { canonicalMethods } from './support/Candid.ts';
import { BOMBS } from './support/CandidBombs.ts';
import { AGENT, OWNER, STRANGER } from './support/Cast.ts';
import { builtWasm, CONTROLLER, type Risk, type UpdateMethod } from './support/Risk.ts';
import { encodePolicyChange, TYPES } from './support/Views.ts';

/* Arguments that are not what the interface says, to every method: what they may cost, and whose words refuse them. */

/**
 * Whatever the argument. Four thousand empty records take 90 M, as much as a checkpoint that is taken; the network ends an
 * update at 40 G and a query at 5 G.
 */
const MOST_INSTRUCTIONS = 100_000_000n;

const ANOTHER_CANISTER = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9, 1, 1);
const SENDERS = {
  stranger: STRANGER,
  owner: OWNER,
  agent: AGENT,
  controller: CONTROLLER,
  'another canister': ANOTHER_CANISTER,
} as const;

const did = canonicalMethods(readFileSync(join(import.meta.dirname, '..', 'risk.did'), 'utf8'));
const METHODS = did.map((line) => line.split(':')[0]!.trim());
const QUERIES = did.filter((line) => line.endsWith('query')).map((line) => line.split(':')[0]!.trim());

const owner = Principal.fromUint8Array(OWNER);
const HTTP = { method: 'GET', url: '/health', headers: [['host', 'x']], body: [] };
/** A good argument of every kind, to damage. */
const GOOD: Readonly<Record<string, Uint8Array>> = {
  records: IDL.encode([IDL.Principal, IDL.Nat64, IDL.Nat32], [owner, 0n, 5]),
  state_part: IDL.encode([IDL.Principal, IDL.Nat64, IDL.Nat8], [owner, 0n, 0]),
  policy: IDL.encode([], []),
  build_info: IDL.encode([], []),
  http_request: IDL.encode([TYPES.HTTP_REQUEST], [HTTP]),
  set_policy: encodePolicyChange({
    registration: 'invite',
    addInvites: [new Uint8Array(32)],
    removeInvites: [new Uint8Array(32)],
    retentionDays: 8,
    instructionsPerDay: 10n ** 15n,
  }),
};

function goodArgument(method: string): Uint8Array {
  const frame = frames[method as UpdateMethod] as Uint8Array | undefined;
  return frame === undefined ? (GOOD[method] ?? IDL.encode([IDL.Principal], [owner])) : encodeBlob(frame);
}

let risk: Risk;
beforeAll(async () => {
  risk = peopled(await builtWasm());
});

/** As all nodes execute it, and, where it is one, as a query. */
function expectBounded(method: string, argument: Uint8Array, sender: Uint8Array, what: string): void {
  const called = [risk.subnet.callUpdate(risk.id, method, argument, sender)];
  if (QUERIES.includes(method)) called.push(risk.subnet.callQuery(risk.id, method, argument, sender));
  for (const { result, instructions } of called) {
    expect(instructions, `${method}, ${what}`).toBeLessThan(MOST_INSTRUCTIONS);
    if (result.status === 'replied') continue;
    expect(result.rejectMessage, `${method}, ${what}`).toContain(`risk canister, ${method}: `);
  }
}

describe('an argument of any kind', () => {
  it.each(Object.keys(BOMBS))('%s: every method refuses it in few instructions and words of ours', (name) => {
    for (const method of METHODS) {
      for (const [who, sender] of Object.entries(SENDERS)) {
        expectBounded(method, BOMBS[name]!, sender, `${name}, by the ${who}`);
      }
    }
  });

  it('that is a good one with damage: the same', () => {
    const damaged = fc.constantFrom(...METHODS).chain((method) => {
      const good = goodArgument(method);
      const place = fc.nat({ max: good.length - 1 });
      const byte = fc.oneof(fc.constantFrom(0x6c, 0x6d, 0x6e, 0x7f, 0x80, 0xff), fc.nat({ max: 255 }));
      const edits = fc.array(fc.tuple(place, byte), { maxLength: 4 });
      return fc.record({
        method: fc.constant(method),
        argument: fc.tuple(edits, fc.uint8Array({ maxLength: 4 })).map(([edits, tail]) => {
          const argument = Uint8Array.of(...good, ...tail);
          for (const [at, value] of edits) argument[at] = value;
          return argument;
        }),
        sender: fc.constantFrom(...Object.values(SENDERS)),
      });
    });
    fc.assert(
      fc.property(damaged, ({ method, argument, sender }) =>
        expectBounded(method, argument, sender, Buffer.from(argument).toString('hex').slice(0, 200)),
      ),
      { numRuns: 600 },
    );
  });
});

describe('a read', () => {
  it.each(QUERIES)('%s is refused to whoever has all nodes execute it', (method) => {
    for (const sender of Object.values(SENDERS)) {
      const { result, instructions } = risk.subnet.callUpdate(risk.id, method, goodArgument(method), sender);
      expect(result.status === 'rejected' && result.rejectMessage).toContain(
        `risk canister, ${method}: query-only: call must be a query, but an update came`,
      );
      expect(instructions).toBeLessThan(1_000_000n);
    }
  });

  it.each(QUERIES)('%s answers what the interface says', (method) => {
    expect(risk.subnet.callQuery(risk.id, method, goodArgument(method), OWNER).result.status).toBe('replied');
  });
});
