import {
  createDesk,
  decodeDecision,
  DEFAULT_LIMITS,
  encodeHistory,
  encodeObservation,
  snapshotDesk,
} from '@plimsoll/engine';
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  afloat,
  AGENT,
  decisionIn,
  enrol,
  OTHER_AGENT,
  OTHER_OWNER,
  OWNER,
  told,
  WARM_UP,
  warm,
} from './support/Cast.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS } from './support/Market.ts';
import { builtWasm, CONTROLLER, Risk } from './support/Risk.ts';
import { packStable } from './support/StableFixture.ts';
import { sail } from './support/Voyage.ts';

const BARS = 120;
const market = createMarket(WARM_UP + BARS + 1, 11);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

const warmed = (): Risk => afloat(wasm, market);

describe('an upgrade', () => {
  it('at any moment leaves every later answer byte-equal to that of an instance never upgraded', () => {
    const steady = warmed();
    const upgraded = warmed();
    let messages = 0;
    sail(market, WARM_UP, WARM_UP + BARS, (method, frame) => {
      const expected = steady.send(method, frame, AGENT);
      expect(upgraded.send(method, frame, AGENT), `${method}, message ${messages}`).toEqual(expected);
      // After records and after ticks, with and without a position.
      if (++messages % 13 === 0) upgraded.upgrade();
      // Time passes for both: an upgrade brings the next batch of heads forward.
      for (const one of [steady, upgraded]) {
        one.clock.advanceMs(5_000);
        one.subnet.run();
      }
      return decodeDecision(decisionIn(expected));
    });
    expect(messages).toBeGreaterThan(150);
    expect(upgraded.head(OWNER, OWNER)).toEqual(steady.head(OWNER, OWNER));
    expect(upgraded.records(OWNER, OWNER)).toEqual(steady.records(OWNER, OWNER));
    expect(upgraded.grants(OWNER, OWNER)).toEqual(steady.grants(OWNER, OWNER));
  });

  it('before the first history leaves a desk that can be warmed', () => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    risk.upgrade();
    warm(risk, market);
    risk.upgrade();
    const look = encodeObservation(lookOf(market, WARM_UP));
    const steady = warmed();
    expect(decisionIn(risk.send('observe', look, AGENT))).toEqual(
      decisionIn(steady.send('observe', look, AGENT)),
    );
    expect(told(risk.send('observe', look, AGENT))).toBe('record');
  });
});

describe('an upgrade that traps', () => {
  /** A module whose `canister_post_upgrade` is `unreachable`. */
  const trapping = Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00, 0x03, 0x02, 0x01, 0x00],
    ...[0x07, 0x19, 0x01, 0x15, ...new TextEncoder().encode('canister_post_upgrade'), 0x00, 0x00],
    ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b],
  );

  it('changes nothing: neither module nor stable memory nor certified data, nor the next answers, from heap or record', () => {
    const steady = warmed();
    const risk = warmed();
    for (const one of [steady, risk]) {
      one.send('observe', encodeObservation(lookOf(market, WARM_UP)), AGENT);
      one.send('observe', encodeObservation(lookOf(market, WARM_UP, { tick: true })), AGENT);
    }
    const held = () => ({
      module: risk.subnet.canister(risk.id)!.moduleHash,
      certified: risk.certifiedData,
      ...risk.bytes(),
      memory: createHash('sha256')
        .update(packStable(risk.subnet.stableImage(risk.id)))
        .digest('hex'),
    });
    const before = held();
    const upgrade = (wasmModule: Uint8Array): void =>
      risk.subnet.installCode(risk.id, wasmModule, { mode: 'upgrade', sender: CONTROLLER });
    expect(() => upgrade(trapping)).toThrow(/trapped|unreachable/i);
    expect(() => upgrade(Uint8Array.of(1, 2, 3))).toThrow();
    expect({ ...held(), cycles: 0 }).toEqual({ ...before, cycles: 0 });
    // Ticks are in the heap alone: the same one again is answered from there.
    const tick = encodeObservation(lookOf(market, WARM_UP, { tick: true }));
    expect(risk.send('observe', tick, AGENT)).toEqual(steady.send('observe', tick, AGENT));
    const bar = encodeObservation(lookOf(market, WARM_UP + 1));
    expect(risk.send('observe', bar, AGENT)).toEqual(steady.send('observe', bar, AGENT));
    expect(risk.certifiedData).toEqual(steady.certifiedData);
  });

  it.each([
    // What is certified, told by its root: the byte before the depth is the version, and this one is of no version known.
    ['certification version', (risk: Risk) => Buffer.from(risk.certifiedData), -11],
    // A desk's snapshot, told by the shape of its state, which is another version's then.
    ['desk 0 of owner 0', () => Buffer.from(snapshotDesk(createDesk(DEFAULT_LIMITS)).slice(0, 8)), 4],
  ])('because our own %s cannot be read is undone too, and the module before goes on', (what, mark, from) => {
    const risk = warmed();
    const image = risk.subnet.stableImage(risk.id);
    const head = risk.head(OWNER, OWNER);
    const sought = mark(risk);
    const damaged = image.content.map(([page, bytes]) => {
      const copy = Buffer.from(bytes);
      for (let at = copy.indexOf(sought); at !== -1; at = copy.indexOf(sought, at + 1)) {
        if (at + from >= 0) copy[at + from] = 99;
      }
      return [page, Uint8Array.from(copy)] as const;
    });
    risk.subnet.restoreStable(risk.id, { ...image, content: damaged });
    expect(() => risk.upgrade()).toThrow(what);
    risk.subnet.restoreStable(risk.id, image);
    expect(risk.head(OWNER, OWNER)).toEqual(head);
    expect(told(risk.send('observe', encodeObservation(lookOf(market, WARM_UP)), AGENT))).toBe('record');
  });

  /** Where desks' snapshots begin in stable memory. */
  const desksIn = (risk: Risk): string[] => {
    const shape = Buffer.from(snapshotDesk(createDesk(DEFAULT_LIMITS)).slice(0, 8));
    return risk.subnet.stableImage(risk.id).content.flatMap(([page, bytes]) => {
      const found: string[] = [];
      const copy = Buffer.from(bytes);
      for (let at = copy.indexOf(shape); at !== -1; at = copy.indexOf(shape, at + 1))
        found.push(`${String(page)}:${String(at)}`);
      return found;
    });
  };

  it.each([
    ['the first owner has none', 'desk 3 of owner 1', false],
    ['the first owner’s can', 'desk 0 of owner 1', true],
  ])('since a desk of a later owner cannot be read, though %s, is undone', (_which, what, hasFirst) => {
    const risk = new Risk(wasm, START_MS);
    enrol(risk);
    if (hasFirst) warm(risk, market, 20);
    enrol(risk, OTHER_OWNER, OTHER_AGENT);
    const before = desksIn(risk);
    const place = { account: 0, market: hasFirst ? 0 : 3 };
    const history = { ...historyOf(market, 20, 'replay', idOf(2)), place };
    expect(told(risk.send('load_history', encodeHistory(history), OTHER_AGENT))).toBe('record');
    const after = desksIn(risk).filter((where) => !before.includes(where));
    // Where the map's node grew, the first owner's desk has moved too: each is damaged by itself.
    const image = risk.subnet.stableImage(risk.id);
    const outcomes = after.map((where) => {
      const [damagedPage, at] = where.split(':').map(Number);
      const content = image.content.map(([page, bytes]) => {
        const copy = Uint8Array.from(bytes);
        if (page === damagedPage) copy[at! + 4]! ^= 1;
        return [page, copy] as const;
      });
      risk.subnet.restoreStable(risk.id, { ...image, content });
      try {
        risk.upgrade();
      } catch (error) {
        return String(error);
      }
      return 'taken over';
    });
    expect(outcomes.join()).toContain(what);
    risk.subnet.restoreStable(risk.id, image);
    risk.upgrade();
  });
});
