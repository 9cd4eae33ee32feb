import { encodeHistory, encodeObservation } from '@plimsoll/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainBuild } from '../../../scripts/profile/PlainBuild.ts';
import { AGENT, enrol, OWNER, recordIn } from './support/Cast.ts';
import { createMarket, historyOf, lookOf, START_MS } from './support/Market.ts';
import { builtWasm, Risk } from './support/Risk.ts';

/*
 * What `dfx deploy` of dfx.json would install: azle's own build, without what `npm run build` does to the text. No dfx is
 * run here; its azle extension calls exactly this build.
 */

const BARS = 60;
const market = createMarket(BARS + 3, 19);

/** Head after head of one owner's log. */
function heads(risk: Risk): string[] {
  enrol(risk);
  recordIn(risk.send('load_history', encodeHistory(historyOf(market, BARS)), AGENT));
  for (const bar of [BARS, BARS + 1])
    recordIn(risk.send('observe', encodeObservation(lookOf(market, bar)), AGENT));
  risk.upgrade();
  recordIn(risk.send('observe', encodeObservation(lookOf(market, BARS + 2)), AGENT));
  return risk.records(OWNER, OWNER).map((record) => Buffer.from(record).toString('hex'));
}

let plain: Risk;
let ours: Risk;
beforeAll(async () => {
  const { wasm } = await plainBuild('plain');
  plain = new Risk(wasm, START_MS);
  ours = new Risk(await builtWasm(), START_MS);
}, 300_000);

describe('a build by azle alone', () => {
  it('writes the same log, record for record, over an upgrade too', () => {
    expect(heads(plain)).toEqual(heads(ours));
  });

  it('does not know its commit and says so', () => {
    expect(plain.buildInfo()).toMatchObject({ git_commit: 'unknown', engine_hash: 'unknown' });
    expect(ours.buildInfo().engine_hash).toMatch(/^[0-9a-f]{64}$/);
  });
});
