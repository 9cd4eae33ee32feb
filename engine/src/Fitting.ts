import { BAR_MS } from './Bar.ts';
import { assertStorable, needInstrument, type Desk } from './DeskState.ts';
import { EngineError, outOfDomain } from './EngineError.ts';
import type { Instrument } from './Instrument.ts';
import type { Look } from './Look.ts';
import { assertLeaderSequence, assertSequence, assertSettlements } from './Sequence.ts';

/** Everything that can be wrong with a look, found before anything is changed. */
export function assertFitting(desk: Desk, seen: Look): Instrument {
  const { state } = desk;
  const known = needInstrument(desk);
  const { timeMs, instrument } = seen;
  if (timeMs < state.timeMs) {
    throw new EngineError('request', 'out-of-order', 'timeMs', `at least ${String(state.timeMs)}`, timeMs);
  }
  if (instrument === null) {
    const hash = seen.instrumentHash;
    if (hash !== state.instrumentHash) {
      const expected = `${String(state.instrumentHash)}, or the instrument itself`;
      throw new EngineError('request', 'instrument-unknown', 'instrumentHash', expected, hash);
    }
  } else {
    assertStorable(instrument);
    if (instrument.symbol !== known.symbol)
      throw outOfDomain('instrument.symbol', known.symbol, instrument.symbol);
  }
  const { bars, leaderBars, settlements } = seen;
  const { feed } = state;
  let lastMs = feed.lastMs;
  if (bars.length > 0) {
    assertSequence(lastMs, feed.lastClose, bars, 'bar', state.confirmedMs);
    lastMs = bars[bars.length - 1]!.timeMs;
  }
  if (leaderBars.length > 0) assertLeaderSequence(feed.leader.lastMs, leaderBars, 'leaderBar');
  if (lastMs + BAR_MS > timeMs) {
    throw new EngineError('request', 'bar-not-closed', 'bar.timeMs', `closed by ${String(timeMs)}`, lastMs);
  }
  if (settlements.length > 0) assertSettlements(settlements, state.lastSettlementMs, timeMs);
  return instrument ?? known;
}
