import { encodeGrant, encodeReport, encodeResolution, type Answer, type Report } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { afloat, AGENT, DAY_MS, OWNER, principalOf, recordIn, told } from './support/Cast.ts';
import { lookAt, wordFrame } from './support/Frames.ts';
import { createMarket, idOf, START_MS } from './support/Market.ts';
import { builtWasm, type Risk } from './support/Risk.ts';
import type { ReportRow } from './support/Views.ts';

const market = createMarket(60, 9);
const SECOND = principalOf(31);

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
});

/** An owner with one agent and a feed of twenty bars. */
const settledRisk = (): Risk => afloat(wasm, market, 20);

describe('reports', () => {
  const bought = (decision: number, changes: Partial<Report> = {}): Uint8Array =>
    encodeReport({
      id: idOf(90),
      place: { account: 0, market: 0 },
      report: 'execution',
      decision,
      timeMs: START_MS,
      side: 1,
      quantity: 7,
      price: 9.9,
      code: 'filled',
      ...changes,
    });

  it('stand beside the decision they are about; a violation stays open until the owner resolves it', () => {
    const risk = settledRisk();
    const decided = recordIn(lookAt(risk, market, 20));
    const report = (number: number, changes: Partial<Report>): Answer =>
      risk.send(
        'report',
        bought(decided.sequence, { id: idOf(number), timeMs: risk.nowMs, ...changes }),
        AGENT,
      );
    recordIn(report(90, {}));
    const violation = recordIn(report(91, { report: 'violation', code: 'unplanned-fill' }));
    // Sent twice it is one.
    expect(recordIn(report(91, { report: 'violation', code: 'unplanned-fill' }))).toEqual(violation);
    recordIn(report(92, { report: 'ambiguity', code: 'timeout' }));
    expect(told(report(93, { decision: 1_000 }))).toBe('request/unknown-decision');
    const rows = (): ReportRow[] => risk.view<ReportRow>('reports', OWNER, OWNER);
    expect(rows().map(({ code, open }) => [code, open])).toEqual([
      ['filled', false],
      ['unplanned-fill', true],
      ['timeout', true],
    ]);
    // Seven were bought where nothing was to be held: the departure is plain to see.
    expect(rows()[0]).toMatchObject({ quantity: 7, decided: [{ action: 'WAIT', target_quantity: 0 }] });
    const { close } = market.bars[20]!;
    const [departure] = rows()[0]!.departure;
    expect(departure).toMatchObject({ side: 0, expected_quantity: 0, filled_quantity: 7, mean_price: 9.9 });
    expect(departure!.expected_price).toBe(close);
    expect(departure!.cost_bps).toBeCloseTo((10_000 * (9.9 - close)) / close, 6);
    recordIn(report(94, { code: 'found', quantity: 3, price: 9.5 }));
    // Each row tells of the fills up to itself.
    expect(rows().at(-1)!.departure).toMatchObject([{ filled_quantity: 10, mean_price: 9.78 }]);
    expect(rows()[0]!.departure).toMatchObject([{ filled_quantity: 7 }]);
    expect(rows().find(({ code }) => code === 'timeout')!.open).toBe(false);
    const resolved = encodeResolution(idOf(95), violation.sequence);
    recordIn(risk.send('resolve', resolved, OWNER));
    expect(told(risk.send('resolve', encodeResolution(idOf(96), violation.sequence), OWNER))).toBe(
      'request/not-open',
    );
    expect(rows().some(({ open }) => open)).toBe(false);
  });

  it('sent again are one for as long as they are summed, however many records came between', () => {
    const risk = settledRisk();
    const { sequence } = recordIn(lookAt(risk, market, 20));
    const first = risk.send('report', bought(sequence), AGENT);
    expect(told(first)).toBe('record');
    const filled = (): number[] =>
      risk
        .view<ReportRow>('reports', OWNER, OWNER)
        .filter(({ code }) => code === 'filled')
        .map(({ departure }) => departure[0]!.filled_quantity);
    for (let n = 0; n < 80; n++) {
      const grant = { agent: SECOND, expiresMs: risk.nowMs + DAY_MS + n };
      recordIn(risk.send('grant', encodeGrant(grant), OWNER));
    }
    expect(risk.send('report', bought(sequence), AGENT)).toEqual(first);
    risk.upgrade();
    expect(risk.send('report', bought(sequence), AGENT)).toEqual(first);
    expect(filled()).toEqual([7]);
    expect(told(risk.send('report', bought(sequence, { quantity: 8 }), AGENT))).toBe('request/id-reused');
    // The same fill under another id is another one.
    recordIn(risk.send('report', bought(sequence, { id: idOf(91) }), AGENT));
    expect(filled()).toEqual([7, 14]);
    // Once it is summed no more it may be told anew, and is summed once again.
    for (let n = 0; n < 70; n++) recordIn(risk.send('report', wordFrame(1_000 + n), AGENT));
    expect(filled()).toEqual([]);
    recordIn(risk.send('report', bought(sequence), AGENT));
    expect(filled()).toEqual([7]);
  });

  it('are held against what was decided for their own account and market alone', () => {
    const risk = settledRisk();
    const { sequence } = recordIn(lookAt(risk, market, 20));
    const grant = { agent: SECOND, expiresMs: risk.nowMs + DAY_MS, account: 5 };
    recordIn(risk.send('grant', encodeGrant(grant), OWNER));
    recordIn(risk.send('report', bought(sequence), AGENT));
    const other = bought(sequence, { id: idOf(91), place: { account: 5, market: 0 } });
    recordIn(risk.send('report', other, SECOND));
    recordIn(
      risk.send('report', bought(sequence, { id: idOf(92), place: { account: 0, market: 1 } }), AGENT),
    );
    recordIn(risk.send('report', bought(sequence, { id: idOf(93) }), AGENT));
    const rows = risk.view<ReportRow>('reports', OWNER, OWNER);
    expect(rows.map(({ departure }) => departure[0]?.filled_quantity)).toEqual([7, undefined, undefined, 14]);
    expect(rows.map(({ decided }) => decided.length)).toEqual([1, 0, 0, 1]);
  });
});
