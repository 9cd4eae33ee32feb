import { describe, expect, test } from 'vitest';
import {
  instrumentHash,
  intend,
  observe,
  warningsOf,
  type Decision,
  type Instrument,
  type MarginRule,
} from './index.ts';
import { getInstrument, putInstrument } from './Instrument.ts';
import { finish, reader, writer } from './codec/Bytes.ts';
import { idOf, INSTRUMENT, longPosition, observationOf } from '../test/market.ts';
import { PLAY_MS, plainDesk, played, refusal } from '../test/Stage.ts';

const FLAT_TIERS = INSTRUMENT.tiers.map((tier) => ({ ...tier, cum: 0 }));
const OKX: Instrument = {
  ...INSTRUMENT,
  tiers: FLAT_TIERS,
  margin: { maintenance: 'flat', basis: 'mark', triggerFee: 0.0005 },
};
const CLASSIC: Instrument = {
  ...INSTRUMENT,
  margin: { maintenance: 'tiered', basis: 'entry', triggerFee: 0 },
};

function bytesOf(instrument: Instrument): Uint8Array {
  const w = writer(512);
  putInstrument(w, instrument);
  return finish(w);
}

/** A long of 2,000 at 5x on a venue of these rules, whose page shows the liquidation price given. */
function held(instrument: Instrument, venueLiquidationPrice: number): Decision {
  const mark = played(0).open;
  const position = { ...longPosition(2_000, mark, 5, PLAY_MS), venueLiquidationPrice };
  const rules = { instrument, instrumentHash: instrumentHash(instrument) };
  return observe(plainDesk(), observationOf(5, [], PLAY_MS, mark, { ...rules, position })).decision;
}

describe('an instrument', () => {
  test('without a margin rule has the bytes and the hash that it always had', () => {
    const bytes = bytesOf(INSTRUMENT);
    expect(bytes.at(-1)).toBe(0);
    expect(getInstrument(reader(bytes))).toEqual(INSTRUMENT);
    expect(instrumentHash(INSTRUMENT)).not.toBe(instrumentHash(CLASSIC));
  });

  test.each([OKX, CLASSIC, { ...OKX, crowd: [{ leverage: 10, weight: 1 }] }])(
    'with a margin rule reads back as written',
    (instrument) => {
      expect(getInstrument(reader(bytesOf(instrument)))).toEqual(instrument);
    },
  );

  test('with a rule out of its domain is refused by the field', () => {
    const margin = (rule: Partial<MarginRule>): Instrument => ({
      ...INSTRUMENT,
      margin: { ...CLASSIC.margin!, ...rule },
    });
    expect(refusal(() => held(margin({ triggerFee: 0.01 }), 0)).field).toBe('instrument.margin.triggerFee');
    // Amounts to deduct have no place where rates are flat.
    expect(refusal(() => held(margin({ maintenance: 'flat' }), 0)).field).toBe('tiers[1].cum');
    const bytes = bytesOf(CLASSIC);
    bytes[bytes.length - 9] = 4;
    expect(refusal(() => getInstrument(reader(bytes))).field).toBe('margin.bits');
  });
});

describe('published liquidation prices', () => {
  const mark = played(0).open;
  const notional = 2_000 * mark;
  const wallet = notional / 5;
  const close = (price: number): number => Math.ceil(price * 1e8) / 1e8;

  test('follow the rule of the venue: flat with the fee in both, on the value at entry, or by tiers', () => {
    const flat = close((notional - wallet) / (2_000 * (1 - 0.025 - 0.0005)));
    const onOkx = held(OKX, flat);
    expect(onOkx.liquidationExchange).toBeCloseTo(flat, 7);
    expect(onOkx.liquidationEffective).toBe(onOkx.liquidationExchange);
    expect(warningsOf(onOkx)).not.toContain('liquidation-disagrees');
    const entryBased = mark - (wallet - (0.025 * notional - 75)) / 2_000;
    expect(held(CLASSIC, 0).liquidationExchange).toBeCloseTo(entryBased, 7);
    const tiered = (wallet + 75 - notional) / (2_000 * (0.025 - 1));
    expect(held(INSTRUMENT, 0).liquidationExchange).toBeCloseTo(tiered, 7);
  });

  test('that the venue tells otherwise by more than half a percent of mark raise a warning', () => {
    const ours = held(OKX, 0).liquidationExchange;
    expect(warningsOf(held(OKX, ours + 0.004 * mark))).not.toContain('liquidation-disagrees');
    expect(warningsOf(held(OKX, ours + 0.006 * mark))).toContain('liquidation-disagrees');
  });

  test('of a plan have the effective one never beyond the exchange’s, and the caps go by it', () => {
    const planned = (instrument: Instrument): Decision => {
      const desk = plainDesk();
      const rules = { instrument, instrumentHash: instrumentHash(instrument) };
      const equity = { account: { equityUsdt: 1_000_000 } };
      observe(desk, observationOf(5, [], PLAY_MS, mark, { ...rules, ...equity }));
      return intend(desk, { id: idOf(6), timeMs: PLAY_MS, side: 1, notionalUsdt: 24_000 }).decision;
    };
    for (const instrument of [OKX, CLASSIC, INSTRUMENT]) {
      const decision = planned(instrument);
      expect(decision.liquidationEffective).toBeGreaterThanOrEqual(decision.liquidationExchange);
      expect(decision.table!.constraints.leverage[6]).toBe(20);
    }
    // Flat rates ask for more margin: the touch cap is lower.
    const touch = (decision: Decision): number => decision.table!.constraints.leverage[1]!;
    expect(touch(planned(OKX))).toBeLessThan(touch(planned(INSTRUMENT)));
  });
});
