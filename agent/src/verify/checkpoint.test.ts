import { DEFAULT_LIMITS } from '@plimsoll/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CANISTER, openHarbour, ROOT, setSail, type Harbour } from '../canister/testing/Harbour.ts';
import { observationOf, WARM_UP } from '../canister/testing/Sea.ts';
import { createHttpAgent } from '../canister/Network.ts';
import { fetchBundle, type BundleFrom } from '../canister/fetchBundle.ts';
import { bundleOf, decodeBundle, type Bundle, type BundleItem } from '../receipts/Bundle.ts';
import { verifyBundle, type BundleResult } from './verifyBundle.ts';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';

let harbour: Harbour;
/** Another machine of the same owner, with receipts of its own. */
let elsewhere: Harbour;
beforeEach(async () => {
  harbour = await openHarbour();
  await setSail(harbour);
  elsewhere = await openHarbour({}, harbour.risk);
});
afterEach(async () => {
  await harbour.remove();
  await elsewhere.remove();
});

const look = (n: number) => observationOf(harbour.nextId(), WARM_UP + n);
const header = () => ({ createdBy: 'test', canisterId: CANISTER, owner: harbour.risk.owner });
const check = (bundle: Bundle | Uint8Array): Promise<BundleResult> =>
  verifyBundle(bundle instanceof Uint8Array ? decodeBundle(bundle) : bundle, { rootKey: ROOT.der });

const fetched = (from: BundleFrom): Promise<Uint8Array> => {
  const key = Ed25519KeyIdentity.generate(new Uint8Array(32).fill(1));
  const host = 'http://127.0.0.1:4943';
  const agent = createHttpAgent({ host, rootKey: ROOT.der }, key, harbour.risk.fetch);
  const options = { agent, canisterId: CANISTER, rootKey: ROOT.der, nowMs: harbour.risk.nowMs };
  return fetchBundle(options, header(), from);
};

/** Looks, a limit set elsewhere, the week's checkpoint, looks: records 3 to 9. */
async function live(): Promise<void> {
  await harbour.agent.observe(look(0));
  await elsewhere.owner.setLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 });
  await harbour.agent.observe(look(1));
  harbour.risk.makeCheckpoint();
  await harbour.agent.observe(look(2));
  await harbour.agent.observe(look(3));
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at < 0 ? bytes.length + at : at]! ^= 1;
  return changed;
}

/** The bundle with its range changed. */
function changed(bytes: Uint8Array, change: (item: BundleItem & { range: object }) => BundleItem): Bundle {
  const bundle = decodeBundle(bytes);
  return { ...bundle, items: bundle.items.map((item) => ('range' in item ? change(item) : item)) };
}

describe('a bundle of receipts', () => {
  it('with a gap that was filled is proven, the canister’s own checkpoint included', async () => {
    await live();
    expect(await check(await bundleOf(harbour.log.store, header()))).toMatchObject({
      isProven: true,
      start: 0,
      records: 9,
      fetched: 2,
      decisions: 4,
    });
  });

  it('that ends with records which no receipt follows leaves them out', async () => {
    await harbour.agent.observe(look(0));
    await elsewhere.owner.setLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 });
    harbour.risk.interference = {
      answer: () => ({ kind: 'error', disposition: 'temporary', leaf: 'x', message: 'y' }),
    };
    await harbour.agent.observe(look(1)).catch(() => undefined);
    expect(await check(await bundleOf(harbour.log.store, header()))).toMatchObject({
      isProven: true,
      records: 4,
    });
  });

  it.each<
    [
      string,
      (
        item: BundleItem & { range: { entries: readonly { record: Uint8Array; frame: Uint8Array }[] } },
      ) => BundleItem,
    ]
  >([
    [
      'frame',
      ({ range }) => ({
        range: {
          proof: null,
          entries: range.entries.map((e) => ({
            ...e,
            frame: e.frame.length === 0 ? e.frame : flipped(e.frame, -1),
          })),
        },
      }),
    ],
    [
      'record',
      ({ range }) => ({
        range: { proof: null, entries: range.entries.map((e) => ({ ...e, record: flipped(e.record, 90) })) },
      }),
    ],
    ['order', ({ range }) => ({ range: { proof: null, entries: range.entries.slice(1) } })],
  ])('is refuted when the %s of such records was changed', async (_, change) => {
    await live();
    const bundle = changed(await bundleOf(harbour.log.store, header()), change as never);
    expect(await check(bundle)).toMatchObject({ isProven: false });
  });

  it('whose owner asked for a checkpoint is proven; a checkpoint of another state is refuted', async () => {
    await harbour.agent.observe(look(0));
    const { record } = await harbour.owner.checkpoint(harbour.nextId());
    expect(record.value).toMatchObject({ type: 'checkpoint', sinceCheckpoint: 0 });
    await harbour.agent.observe(look(1));
    expect(await check(await bundleOf(harbour.log.store, header()))).toMatchObject({
      isProven: true,
      records: 6,
    });
    harbour.risk.lieAboutState = true;
    await harbour.owner.checkpoint(harbour.nextId());
    expect(await check(await bundleOf(harbour.log.store, header()))).toMatchObject({
      isProven: false,
      reason: 'decision-differs',
      message: expect.stringContaining('state') as string,
    });
  });
});

describe('a bundle from the canister alone', () => {
  it('is proven by the certified head, from the registration on or from a checkpoint', async () => {
    await live();
    const whole = await check(await fetched('oldest'));
    expect(whole).toMatchObject({ isProven: true, start: 0, records: 9, fetched: 9, signatures: 1 });
    const part = await check(await fetched('newest'));
    expect(part).toMatchObject({ isProven: true, start: 6, records: 3, head: whole.isProven && whole.head });
    expect(await check(await fetched(6))).toEqual(part);
    await expect(fetched(5)).rejects.toMatchObject({ name: 'LogError' });
  });

  it('begins with a checkpoint where the records before it are gone, and so does a new machine', async () => {
    await live();
    harbour.risk.forgetBefore(6);
    expect(await check(await fetched('oldest'))).toMatchObject({ isProven: true, start: 6, records: 3 });
    const late = await openHarbour({}, harbour.risk);
    try {
      expect((await late.agent.observe(look(4))).log).toMatchObject({ sequence: 9, head: harbour.risk.head });
      expect((await late.reopen()).log.head).toMatchObject({ sequence: 9, head: harbour.risk.head });
    } finally {
      await late.remove();
    }
  });

  it('may be the checkpoint alone', async () => {
    await harbour.agent.observe(look(0));
    harbour.risk.makeCheckpoint();
    expect(await check(await fetched('newest'))).toMatchObject({ isProven: true, start: 4, records: 1 });
  });

  it('is refuted when state, checkpoint, records or proof were changed', async () => {
    await live();
    const good = decodeBundle(await fetched('newest'));
    const start = good.start!;
    const parts = start.parts.map((part, i) =>
      i === 1 ? { ...part, bytes: flipped(part.bytes, 500) } : part,
    );
    const refuted = async (bundle: Bundle): Promise<string> => {
      const result = await check(bundle);
      return result.isProven ? 'proven' : result.reason;
    };
    expect(await refuted({ ...good, start: { ...start, parts } })).toBe('state');
    expect(await refuted({ ...good, start: { ...start, parts: start.parts.slice(0, 1) } })).toBe('state');
    // The hash itself, in the record: then the records that follow hang on another head.
    const forged = { ...start, record: flipped(start.record, -3) };
    expect(await refuted({ ...good, start: forged })).toBe('state');
    expect(await refuted({ ...good, start: null })).not.toBe('proven');
    const [item] = good.items;
    if (item === undefined || !('range' in item)) throw new TypeError('Expected a range');
    const { entries, proof } = item.range;
    const ranged = (range: typeof item.range): Bundle => ({ ...good, items: [{ range }] });
    expect(await refuted(ranged({ entries: entries.slice(0, 1), proof }))).toBe('witness');
    expect(await refuted(ranged({ entries, proof: null }))).toBe('unproven');
    const certificate = flipped(proof!.certificate, -3);
    expect(await refuted(ranged({ entries, proof: { ...proof!, certificate } }))).toBe('signature');
    const other = decodeBundle(await fetched('oldest'));
    const [whole] = other.items;
    if (whole === undefined || !('range' in whole)) throw new TypeError('Expected a range');
    // A record that is no checkpoint is no beginning, whatever state stands beside it.
    const early = { ...whole.range.entries[5]!, parts: start.parts };
    expect(await refuted({ ...good, start: early })).toBe('checkpoint');
  });
});

describe('who sent a frame', () => {
  it('is held against the grants: a rotated key, and one of another account, may not have relayed', async () => {
    const { owner, agent, agentPrincipal, risk, log } = harbour;
    await agent.observe(look(0));
    const { record } = await owner.rotate(agentPrincipal, Uint8Array.of(1, 2, 3, 4));
    expect(record.value.type).toBe('rotation');
    expect(await check(await bundleOf(log.store, header()))).toMatchObject({ isProven: true });
    // The canister in miniature asks nobody who they are: a canister that did not would be found out.
    await agent.observe(look(1));
    const rotated = await check(await bundleOf(log.store, header()));
    expect(rotated).toMatchObject({ isProven: false, reason: 'decision-differs' });
    expect(rotated).toMatchObject({ message: expect.stringContaining('grant') as string });
    expect(risk.sequence).toBe(5);
  });

  it('an agent of account 1 that looks at account 0 is refuted', async () => {
    const { owner, agent, agentPrincipal, log, risk } = harbour;
    await owner.grant({ agent: agentPrincipal, expiresMs: risk.nowMs + 86_400_000, account: 1 });
    await agent.observe(look(0));
    expect(await check(await bundleOf(log.store, header()))).toMatchObject({
      isProven: false,
      message: expect.stringContaining('account') as string,
    });
  });
});
