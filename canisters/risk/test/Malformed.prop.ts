import {
  createDesk,
  decodeHistory,
  decodeIntent,
  decodeLimits,
  decodeObservation,
  DEFAULT_LIMITS,
  encodeDecision,
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeLimits,
  encodeObservation,
  encodeRevocation,
  EngineError,
  intend,
  loadHistory,
  loosenedField,
  observe,
  setLimits,
  type Answer,
  type Desk,
} from '@plimsoll/engine';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AGENT, decisionIn, enrol, OWNER, STRANGER, told, WARM_UP, warm } from './support/Cast.ts';
import { createMarket, historyOf, ICP_PERPETUAL, idOf, lookOf, START_MS, wishOf } from './support/Market.ts';
import { builtWasm, Risk, type UpdateMethod } from './support/Risk.ts';

const market = createMarket(WARM_UP + 2, 21);
const held = {
  side: 1,
  quantity: 300,
  entryPrice: 9.9,
  walletUsdt: 600,
  venueLiquidationPrice: 7,
  openedMs: START_MS,
} as const;

/** Good frames to damage, so that the damage reaches every part of a decoder and not just its first byte. */
const good: Readonly<Record<UpdateMethod, readonly Uint8Array[]>> = {
  register: [encodeLimits(DEFAULT_LIMITS)],
  set_limits: [encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 15 })],
  grant: [encodeGrant({ agent: STRANGER, expiresMs: START_MS + 1e9 })],
  revoke: [encodeRevocation(STRANGER)],
  load_history: [encodeHistory(historyOf(market, 12, 'replay', idOf(5)))],
  observe: [
    encodeObservation(lookOf(market, WARM_UP)),
    encodeObservation(lookOf(market, WARM_UP, { tick: true, position: held, restingStopPrice: 9.5 })),
    encodeObservation({ ...lookOf(market, WARM_UP), instrument: ICP_PERPETUAL, position: held }),
  ],
  intent: [encodeIntent(wishOf(lookOf(market, WARM_UP).timeMs + 1_000, idOf(77)))],
};
const methods = Object.keys(good) as UpdateMethod[];

/** Bytes replaced, cut off or added anywhere in a good frame; or no frame at all. */
function damaged(frame: Uint8Array): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 }));
  const edits = fc.array(fc.tuple(fc.nat({ max: frame.length - 1 }), byte), { minLength: 1, maxLength: 4 });
  const edited = edits.map((places) => {
    const copy = frame.slice();
    for (const [at, value] of places) copy[at] = value;
    return copy;
  });
  const cut = fc.nat({ max: frame.length - 1 }).map((length) => frame.slice(0, length));
  const longer = fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .map((tail) => Uint8Array.of(...frame, ...tail));
  return fc.oneof({ weight: 6, arbitrary: edited }, cut, longer, fc.uint8Array({ maxLength: 300 }));
}

const messages = fc
  .constantFrom(...methods.flatMap((method) => good[method].map((frame) => ({ method, frame }))))
  .chain(({ method, frame }) => damaged(frame).map((bytes) => ({ method, frame: bytes })));

/** What a method comes to in the engine alone: a decision's bytes, or null where nothing is decided. */
const shadows: Partial<Record<UpdateMethod, (desk: Desk, frame: Uint8Array) => Uint8Array | null>> = {
  observe: (desk, frame) => encodeDecision(observe(desk, decodeObservation(frame)).decision),
  intent: (desk, frame) => encodeDecision(intend(desk, decodeIntent(frame)).decision),
  load_history: (desk, frame) => {
    loadHistory(desk, decodeHistory(frame));
    return null;
  },
  set_limits: (desk, frame) => {
    const limits = decodeLimits(frame);
    const loosened = loosenedField(desk.state.limits, limits);
    if (loosened !== null) throw new EngineError('request', 'loosening-waits', loosened, 'tighter', 'looser');
    setLimits(desk, limits);
    return null;
  },
};

/** The value, or the leaf of the engine's refusal. */
function outcomeOf<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof EngineError) return error.leaf;
    throw error;
  }
}

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

describe('malformed input', () => {
  it('is answered, never trapped on, and a refusal changes nothing', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    warm(risk, market);
    const shadow = createDesk(DEFAULT_LIMITS);
    loadHistory(shadow, historyOf(market, WARM_UP));
    const seen = new Map<string, Answer>();
    const answers = new Set<string>();
    fc.assert(
      fc.property(messages, ({ method, frame }) => {
        const isAgents = method === 'observe' || method === 'intent' || method === 'load_history';
        const head = risk.head(OWNER, OWNER);
        const answer = risk.send(method, frame, isAgents ? AGENT : OWNER);
        answers.add(told(answer));
        if (answer.kind === 'error') {
          expect(answer.disposition).not.toBe('internal');
          expect(answer.message.length).toBeGreaterThan(0);
          expect(risk.head(OWNER, OWNER)).toEqual(head);
        }
        const key = Buffer.from(frame).toString('hex');
        const before = seen.get(key);
        if (isAgents && before !== undefined) {
          expect(answer).toEqual(before);
          return;
        }
        if (isAgents && answer.kind !== 'error') seen.set(key, answer);
        // The engine in Node takes what the canister took and refuses what it refused: nothing else moved either.
        if (!(method in shadows) || told(answer) === 'request/id-reused') return;
        expect(outcomeOf(() => shadows[method]!(shadow, frame))).toEqual(
          answer.kind === 'error'
            ? answer.leaf
            : isAgents && method !== 'load_history'
              ? decisionIn(answer)
              : null,
        );
      }),
      { numRuns: 600 },
    );
    expect(answers.size).toBeGreaterThan(8);
  });

  it('around the blob is told from damage inside it', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    fc.assert(
      fc.property(fc.constantFrom(...methods), fc.uint8Array({ maxLength: 60 }), (method, argument) => {
        const reply = risk.sendRaw(method, argument, OWNER);
        expect(Buffer.from(reply).includes('candid')).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
