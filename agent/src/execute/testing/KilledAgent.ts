// Run as a process of its own: carries a scripted trade out and is killed, as by a power cut, at its n-th step. A step is
// every write of the journal and every request on the wire, once before it and once after it.
import { parseArgs } from 'node:util';
import type { Decision } from '@plimsoll/engine';
import { Journal } from '../../journal/Journal.ts';
import { openBinanceUsdm, type BinanceUsdm } from '../../venue/BinanceUsdm.ts';
import type { Venue } from '../../venue/Venue.ts';
import { Executor } from '../Executor.ts';
import { certified, decisionOf } from './Decisions.ts';
import { KEYS, START_MS } from './Market.ts';

const BAR_MS = 300_000;

/** What the canister would certify at the open of each bar. */
const SCRIPT: readonly Decision[] = [
  decisionOf({ action: 'ENTER', reason: 'plan' }),
  decisionOf({ action: 'HOLD', stopPrice: 9.7, stopVersion: 2 }),
  decisionOf({ action: 'HOLD', stopPrice: 10, stopVersion: 3 }),
  decisionOf({ action: 'REDUCE', reason: 'over-size', stopPrice: 10.1, stopVersion: 4, targetQuantity: 30 }),
  decisionOf({ action: 'CLOSE', reason: 'time', targetQuantity: 0 }),
];

const { values } = parseArgs({
  options: { url: { type: 'string' }, journal: { type: 'string' }, kill: { type: 'string' } },
});
const { url = '', journal: path = '', kill = '0' } = values;
const killAt = Number(kill);
let steps = 0;

function step(): void {
  if (++steps === killAt) process.kill(process.pid, 'SIGKILL');
}

/** Every call of these methods is two steps. */
function stepping<T extends object>(target: T, names: readonly (keyof T & string)[]): T {
  for (const name of names) {
    const method = (target[name] as (...args: unknown[]) => unknown).bind(target);
    Object.defineProperty(target, name, {
      value: (...args: unknown[]) => {
        step();
        const result = method(...args);
        if (!(result instanceof Promise)) {
          step();
          return result;
        }
        return result.finally(step);
      },
    });
  }
  return target;
}

async function post(to: string): Promise<{ readonly timeMs: number; readonly phase: string }> {
  const response = await fetch(`${url}/localnet/v1/market/advance`, {
    method: 'POST',
    body: JSON.stringify({ to }),
    headers: { 'content-type': 'application/json' },
  });
  return (await response.json()) as { readonly timeMs: number; readonly phase: string };
}

/** Before market time goes on everything held is covered, or this life has failed. */
async function requireCovered(venue: Venue): Promise<void> {
  const [position, orders] = [await venue.position(), await venue.restingOrders()];
  const covered = orders
    .filter(({ type }) => type === 'stop')
    .reduce((sum, { quantity }) => sum + quantity, 0);
  if (position.side === 0 || covered >= position.quantity) return;
  process.stdout.write(`UNCOVERED ${String(position.quantity)} by ${String(covered)}\n`);
  process.exit(9);
}

const journal = stepping(new Journal(path), [
  'intend',
  'markSent',
  'markFailed',
  'markGone',
  'takeOver',
  'recordFills',
  'event',
]);
const plain = await openBinanceUsdm({ symbol: 'ICPUSDT', ...KEYS, baseUrl: url });
const venue: BinanceUsdm = stepping(plain, ['send', 'cancel', 'prepare', 'lookUp', 'fills']);
const timing = { graceMs: 150, reducingGraceMs: 80, pollMs: 10, stopConfirmMs: 1_500, positionLagMs: 200 };
const executor = new Executor({ venue, journal, timing });
await executor.recover();
for (;;) {
  const { timeMs } = await venue.market();
  const bar = Math.floor((timeMs - START_MS) / BAR_MS);
  const decision = SCRIPT[bar];
  if (decision === undefined) break;
  const verified = await certified(decision);
  await executor.carryOut(verified);
  await requireCovered(plain);
  // Inside the bar what fills is tended to by the plan alone.
  for (let phase = ''; phase !== 'open';) {
    ({ phase } = await post('point'));
    await executor.carryOutPlan(verified);
    await requireCovered(plain);
  }
}
await executor.recover();
process.stdout.write(`DONE ${String(steps)}\n`);
process.exit(0);
