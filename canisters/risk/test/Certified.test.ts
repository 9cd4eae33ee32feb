import { Principal } from '@icp-sdk/core/principal';
import { decodeRecord, DEFAULT_LIMITS, encodeGrant, encodeLimits, headInput } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { freshFor, verifyHead, type HeadProof } from '../../../proof/src/index.ts';
import { MAX_LINKS } from '../src/Certification.ts';
import { DAY_MS, principalOf, recordIn } from './support/Cast.ts';
import { START_MS } from './support/Market.ts';
import { builtWasm, KEYS, Risk, type StandingView } from './support/Risk.ts';

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

const owner = (i: number): Uint8Array => {
  const principal = principalOf(7);
  new DataView(principal.buffer).setUint32(0, i);
  return principal;
};

function peopled(owners: number): Risk {
  const risk = new Risk(wasm, START_MS);
  for (let i = 0; i < owners; i++) recordIn(risk.send('register', encodeLimits(DEFAULT_LIMITS), owner(i)));
  return risk;
}

/** One more record of an owner. */
function act(risk: Risk, i: number, expiresMs = START_MS + DAY_MS): void {
  recordIn(risk.send('grant', encodeGrant({ agent: principalOf(100 + i), expiresMs }), owner(i)));
}

function proofIn(standing: StandingView | undefined): HeadProof {
  const [proof] = standing?.proof ?? [];
  if (proof === undefined) throw new Error('no proof');
  const [record, frame] = [Uint8Array.from(proof.newest.record), Uint8Array.from(proof.newest.frame)];
  return {
    certificate: Uint8Array.from(proof.certificate),
    witness: Uint8Array.from(proof.witness),
    input: headInput(record, frame),
  };
}

const options = (risk: Risk) => ({
  rootKey: KEYS.root.publicKeyDer,
  canisterId: Principal.fromUint8Array(risk.id),
  nowMs: risk.nowMs,
});

/** Owner and sequence of the proven head. The owner is read where a record has it. */
async function proven(risk: Risk, i: number): Promise<number> {
  const standing = risk.standing(owner(i), owner(i));
  const [entry] = standing!.proof;
  const record = decodeRecord(Uint8Array.from(entry!.newest.record));
  const head = await verifyHead(proofIn(standing), options(risk), (input) => input.slice(4, 4 + input[3]!));
  expect(head.value).toEqual(owner(i));
  expect(freshFor(head, risk.nowMs)).toBe('exit');
  return record.sequence;
}

describe('a certified head', () => {
  it.each([1, 2, 3, 5, 17, 40])(
    'is proven of each of %i owners, before and after the next batch',
    async (owners) => {
      const risk = peopled(owners);
      risk.clock.advanceMs(5_000);
      risk.subnet.run();
      for (let i = 0; i < owners; i++) {
        expect(risk.head(owner(i), owner(i))?.pending).toBe(false);
        expect(await proven(risk, i)).toBe(0);
      }
      act(risk, owners - 1);
      expect(await proven(risk, owners - 1)).toBe(1);
      expect(await proven(risk, 0)).toBe(owners === 1 ? 1 : 0);
      risk.upgrade();
      expect(await proven(risk, owners - 1)).toBe(1);
    },
  );

  it('beyond the journal waits, says so, shows the one before meanwhile, and is proven within 10 s', async () => {
    const risk = peopled(5);
    risk.clock.advanceMs(5_000);
    risk.subnet.run();
    // Three of the five registrations are in the journal already.
    for (let n = 3; n < MAX_LINKS; n++) act(risk, n % 4, START_MS + DAY_MS + n);
    act(risk, 4);
    act(risk, 0, START_MS + 2 * DAY_MS);
    expect(risk.head(owner(4), owner(4))).toMatchObject({ pending: true, sequence: 1 });
    expect([await proven(risk, 4), await proven(risk, 0), await proven(risk, 1)]).toEqual([0, 7, 7]);
    const root = risk.certifiedData;
    risk.upgrade();
    expect(risk.certifiedData).not.toEqual(new Uint8Array(0));
    expect([await proven(risk, 4), await proven(risk, 0)].length).toBe(2);
    risk.clock.advanceMs(10_000);
    risk.subnet.run();
    expect(risk.certifiedData).not.toEqual(root);
    expect(risk.head(owner(4), owner(4))).toMatchObject({ pending: false, sequence: 1 });
    expect([await proven(risk, 4), await proven(risk, 0), await proven(risk, 1)]).toEqual([1, 8, 7]);
  });
});

describe('a forged proof is refused', () => {
  /** Three owners: the second's head is in the tree, the third's in the journal with a link after it. */
  async function scene(): Promise<{ risk: Risk; inTree: HeadProof; inJournal: HeadProof }> {
    const risk = peopled(3);
    for (let n = 0; n < 16; n++) act(risk, n % 3, START_MS + DAY_MS + n);
    risk.clock.advanceMs(10_000);
    risk.subnet.run();
    act(risk, 2, START_MS + 2 * DAY_MS);
    act(risk, 0, START_MS + 2 * DAY_MS);
    const [inTree, inJournal] = [1, 2].map((i) => proofIn(risk.standing(owner(i), owner(i))));
    expect([inTree!.witness[1], inJournal!.witness[1]]).toEqual([0, 1]);
    await expect(verifyHead(inTree!, options(risk), Boolean)).resolves.toMatchObject({ value: true });
    await expect(verifyHead(inJournal!, options(risk), Boolean)).resolves.toMatchObject({ value: true });
    return { risk, inTree: inTree!, inJournal: inJournal! };
  }

  const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
    const changed = bytes.slice();
    changed[at]! ^= 1;
    return changed;
  };

  it('whichever part of witness, record or frame was changed, and wherever bytes are missing or left over', async () => {
    const { risk, inTree, inJournal } = await scene();
    for (const proof of [inTree, inJournal]) {
      for (const field of ['witness', 'input'] as const) {
        const bytes = proof[field];
        const forged = [
          ...Array.from({ length: Math.ceil(bytes.length / 3) }, (_, n) => flipped(bytes, 3 * n)),
          bytes.slice(1),
          bytes.slice(0, -1),
          Uint8Array.from([...bytes, 0]),
          new Uint8Array(0),
        ];
        for (const [n, changed] of forged.entries()) {
          const checked = verifyHead({ ...proof, [field]: changed }, options(risk), Boolean);
          await expect(checked, `${field}, ${String(n)}`).rejects.toMatchObject({ name: 'ProofError' });
        }
      }
    }
  });

  it('whichever part of the certificate was changed', async () => {
    const { risk, inTree } = await scene();
    for (let at = 0; at < inTree.certificate.length; at += 19) {
      const forged = { ...inTree, certificate: flipped(inTree.certificate, at) };
      await expect(verifyHead(forged, options(risk), Boolean)).rejects.toMatchObject({ name: 'ProofError' });
    }
  });

  it("with another owner's witness, another certificate, another canister or another root key", async () => {
    const { risk, inTree, inJournal } = await scene();
    const witness = { ...inTree, witness: inJournal.witness };
    await expect(verifyHead(witness, options(risk), Boolean)).rejects.toMatchObject({ reason: 'witness' });
    const other = await scene();
    const elsewhere = {
      ...inTree,
      certificate: proofIn(other.risk.standing(owner(0), owner(0))).certificate,
    };
    act(other.risk, 1, START_MS + 9 * DAY_MS);
    const later = { ...inTree, certificate: proofIn(other.risk.standing(owner(0), owner(0))).certificate };
    await expect(verifyHead(elsewhere, options(risk), Boolean)).resolves.toBeDefined();
    await expect(verifyHead(later, options(risk), Boolean)).rejects.toMatchObject({ reason: 'witness' });
    const canisterId = Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9, 1, 1));
    await expect(verifyHead(inTree, { ...options(risk), canisterId }, Boolean)).rejects.toMatchObject({
      name: 'ProofError',
    });
    const rootKey = flipped(KEYS.root.publicKeyDer, 131);
    await expect(verifyHead(inTree, { ...options(risk), rootKey }, Boolean)).rejects.toMatchObject({
      name: 'ProofError',
    });
  });

  it('too old or too far ahead to act on, at any distance when no clock is asked', async () => {
    const { risk, inTree } = await scene();
    const at = (nowMs: number) => verifyHead(inTree, { ...options(risk), nowMs }, Boolean);
    await expect(at(risk.nowMs + 300_000)).resolves.toBeDefined();
    await expect(at(risk.nowMs + 300_001)).rejects.toMatchObject({ reason: 'too-old' });
    await expect(at(risk.nowMs - 300_001)).rejects.toMatchObject({ reason: 'from-the-future' });
    const { nowMs: _, ...offline } = options(risk);
    await expect(verifyHead(inTree, offline, Boolean)).resolves.toBeDefined();
  });

  it('that hides a newer head of the same owner behind an older one', async () => {
    const { risk, inJournal } = await scene();
    act(risk, 2, START_MS + 3 * DAY_MS);
    const now = proofIn(risk.standing(owner(2), owner(2)));
    // The old witness, continued by the links that came since: genuine links, but the last is the same owner's.
    const [oldTail, links] = [inJournal.witness.slice(), now.witness];
    const count = oldTail[39]!;
    const link = new Uint8Array(36);
    new DataView(link.buffer).setUint32(0, 2, true);
    const head = await verifyHead(now, options(risk), Boolean);
    link.set(head.head, 4);
    const witness = Uint8Array.from([...oldTail, ...link]);
    witness[39] = count + 1;
    expect(links[1]).toBe(1);
    const stale = { ...inJournal, witness, certificate: now.certificate };
    await expect(verifyHead(stale, options(risk), Boolean)).rejects.toMatchObject({
      reason: 'witness',
      message: expect.stringContaining('newer one') as string,
    });
  });
});
