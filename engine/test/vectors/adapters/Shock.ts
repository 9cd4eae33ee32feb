import { createShock, isShock, shockStep } from '../../../src/model/Shock.ts';
import { stopFill } from '../../../src/model/Stops.ts';
import { createVolatility, sigmaHour, volatilityStep } from '../../../src/model/Volatility.ts';
import { near, nearSigned, same } from '../Check.ts';
import type { Check } from '../Check.ts';
import { candlesOf } from '../Vector.ts';
import type { Adapter, Candle } from '../Vector.ts';

type Trade = {
  entryBar: number;
  side: number;
  entry: number;
  x: number;
  tmax: number;
  events: [number, string, number, number][];
  pnlPerNotional: number;
};
type Vector = {
  thresholds: { own: number; leader: number };
  leaderClose: number[];
  zOwn: (number | null)[];
  zLeader: (number | null)[];
  flagLong: boolean[];
  flagShort: boolean[];
  trades: Trade[];
};

/** Fills as the file's conventions have them: fee per fill, stop slippage of 5 bp or a tenth of the bar. */
const FEE = 0.0005;
const SLIP = 0.0005;
const SLIP_OF_RANGE = 0.1;

function replay(check: Check, at: string, trade: Trade, candles: Candle[], flags: boolean[]): void {
  const { side, entry, entryBar } = trade;
  const stop = entry * (1 - side * trade.x);
  const events: [number, string, number, number][] = [];
  let left = 1;
  let pnl = -FEE;
  const fill = (bar: number, reason: string, price: number, share: number): void => {
    events.push([bar, reason, price, share]);
    pnl += (side * share * (price - entry)) / entry - (FEE * share * price) / entry;
    left -= share;
  };
  for (let bar = entryBar; left > 0; bar++) {
    const [, open, high, low, close] = candles[bar] as Candle;
    const stopped = stopFill(side, stop, open, high, low);
    if (stopped > 0) {
      fill(bar, 'STOP', stopped - side * Math.max(SLIP * stopped, SLIP_OF_RANGE * (high - low)), left);
    } else if (bar - entryBar + 1 >= trade.tmax) {
      fill(bar, 'TIME', close, left);
    } else if (left === 1 && flags[bar] === true) {
      fill(bar, 'SHOCK_REDUCE', close, 0.5);
    }
  }
  same(check, `${at}.events.length`, trade.events.length, events.length);
  trade.events.forEach(([bar, reason, price, share], i) => {
    const event = events[i];
    if (event === undefined) return;
    same(check, `${at}.events[${i}].bar`, bar, event[0]);
    same(check, `${at}.events[${i}].reason`, reason, event[1]);
    near(check, `${at}.events[${i}].price`, price, event[2]);
    near(check, `${at}.events[${i}].share`, share, event[3]);
  });
  near(check, `${at}.pnlPerNotional`, trade.pnlPerNotional, pnl);
}

export const shockReduce: Adapter = {
  tolerance: 1e-10,
  run(check, load) {
    const vector = load<Vector>('shock_reduce.json');
    const candles = candlesOf(load, 'sigma_side_generated.json');
    const volatility = createVolatility();
    const state = createShock();
    const { own, leader } = vector.thresholds;
    const flags: { long: boolean[]; short: boolean[] } = { long: [], short: [] };
    candles.forEach(([, open, high, low, close], i) => {
      volatilityStep(volatility, { open, high, low, close }, false);
      shockStep(state, close, sigmaHour(volatility), false, vector.leaderClose[i] as number);
      const zOwn = vector.zOwn[i] ?? null;
      const zLeader = vector.zLeader[i] ?? null;
      if (zOwn === null) near(check, `zOwn[${i}]`, 0, state.zOwn);
      else nearSigned(check, `zOwn[${i}]`, zOwn, state.zOwn, own);
      if (zLeader === null) near(check, `zLeader[${i}]`, 0, state.zLeader);
      else nearSigned(check, `zLeader[${i}]`, zLeader, state.zLeader, leader);
      flags.long.push(isShock(state, 1, own, leader));
      flags.short.push(isShock(state, -1, own, leader));
      same(check, `flagLong[${i}]`, vector.flagLong[i] === true, flags.long[i] === true);
      same(check, `flagShort[${i}]`, vector.flagShort[i] === true, flags.short[i] === true);
    });
    vector.trades.forEach((trade, i) => {
      replay(check, `trades[${i}]`, trade, candles, trade.side > 0 ? flags.long : flags.short);
    });
  },
};
