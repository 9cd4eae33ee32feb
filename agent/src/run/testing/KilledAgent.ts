// Run as a process of its own: the agent's parts as `plimsoll run` puts them together, led through one trade bar by bar,
// and killed as by a power cut at the step it is told. Whoever started it moves the market when asked.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Exchange } from 'ccxt';
import type { Journal } from '../../journal/Journal.ts';
import type { Venue } from '../../venue/Venue.ts';
import { readConfig } from '../../config/readConfig.ts';
import { openAgent } from '../openAgent.ts';
import { Owed } from '../Owed.ts';
import { sharedClock } from '../sharedClock.ts';
import { isPassing, troubleOf } from '../Trouble.ts';
import { ReceiptStore } from '../../receipts/ReceiptStore.ts';
import { Voice } from '../Voice.ts';
import { BUGS, misbehave } from './Misbehaviour.ts';
import { stageOfOrder, stageOfRow, Steps, type Cut, type Stage } from './Steps.ts';

const KEYS = { apiKey: 'localnet', secret: 'localnet-secret' };
/** The venue is on this machine: what takes seconds elsewhere takes milliseconds. */
const TIMING = { graceMs: 150, reducingGraceMs: 80, pollMs: 10, stopConfirmMs: 1_500, positionLagMs: 200 };
const NOTIONAL_USDT = 300;

/** What whoever started us answers when asked to move on. */
export interface Moved {
  readonly timeMs: number;
  readonly isOpen: boolean;
  readonly mayWish: boolean;
  readonly isDone: boolean;
}

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    cut: { type: 'string', default: 'null' },
    warm: { type: 'boolean', default: false },
    bug: { type: 'string', default: 'none' },
  },
});

const steps = new Steps(JSON.parse(values.cut) as Cut);
/** The canister call that is under way: one at a time. */
let calling: Stage = 'observation';

function stageOfCall(method: string): Stage {
  return method === 'intent' ? 'wish' : method === 'report' ? 'report' : 'observation';
}

function watchJournal(journal: Journal): void {
  type Intent = Parameters<Journal['intend']>[0];
  type Taken = Parameters<Journal['takeOver']>[0];
  const byId = ([id]: readonly [string]): readonly [Stage, string] => [stageOfOrder(id) ?? 'observation', ''];
  steps.watch(journal, 'intend', 'journal', ([intent]: readonly [Intent]) => [
    stageOfOrder(intent.clientOrderId) ?? 'observation',
    'intend',
  ]);
  for (const name of ['markSent', 'markFailed', 'markGone'] as const)
    steps.watch(journal, name, 'journal', (args: readonly [string]) => [byId(args)[0], name]);
  steps.watch(journal, 'takeOver', 'journal', ([order]: readonly [Taken]) => [stageOfRow(order), 'takeOver']);
  steps.watch(journal, 'recordFills', 'journal', ([fills]: readonly [readonly unknown[]]) =>
    fills.length === 0 ? null : ['fill', 'recordFills'],
  );
  steps.watch(journal, 'markReported', 'journal', () => ['report', 'markReported']);
  steps.watch(journal, 'intendCall', 'journal', ([{ method }]: readonly [{ readonly method: string }]) => [
    (calling = stageOfCall(method)),
    'intendCall',
  ]);
  steps.watch(journal, 'acceptDecision', 'journal', () => [calling, 'acceptDecision']);
  steps.watch(journal, 'markAnswered', 'journal', () => [calling, 'markAnswered']);
}

/** Requests that change something, and look-ups of orders; all else may be asked as often as one likes. */
async function watchWire(): Promise<void> {
  steps.watch(globalThis, 'fetch', 'wire', ([input]: readonly [Request | URL | string]) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    return pathname.endsWith('/call') ? [calling, 'call'] : null;
  });
  // The exchange's client sends by a way of its own.
  const root = dirname(dirname(createRequire(import.meta.url).resolve('ccxt')));
  const { Exchange: client } = (await import(
    pathToFileURL(join(root, 'js', 'src', 'base', 'Exchange.js')).href
  )) as { readonly Exchange: typeof Exchange };
  type Sent = readonly [string, string?, unknown?, unknown?];
  steps.watch(client.prototype, 'fetch', 'wire', ([url, method = 'GET', , body]: Sent) => {
    const stage = stageOfOrder(`${url} ${typeof body === 'string' ? body : ''}`);
    if (stage !== null) return [stage, method];
    return method === 'GET' ? null : ['entry', 'prepare'];
  });
}

function ask(what: 'where' | 'go on'): Promise<Moved> {
  return new Promise((resolve) => {
    process.once('message', (moved) => resolve(moved as Moved));
    process.send?.(what);
  });
}

/** Before market time goes on everything held is covered, or this life has failed. */
async function requireCovered(venue: Pick<Venue, 'position' | 'restingOrders'>): Promise<void> {
  const [position, orders] = [await venue.position(), await venue.restingOrders()];
  const covered = orders
    .filter(({ type }) => type === 'stop')
    .reduce((sum, { quantity }) => sum + quantity, 0);
  if (position.side === 0 || covered >= position.quantity) return;
  process.stdout.write(`UNCOVERED ${String(position.quantity)} by ${String(covered)}\n`);
  process.exit(9);
}

steps.watch(ReceiptStore.prototype, 'keep', 'receipt', ([method]: readonly [string]) => [
  stageOfCall(method),
  'keep',
]);
const config = await readConfig(values.config ?? '');
// The client of the exchange keeps the clock under which it was loaded.
const clock = await sharedClock(config);
await watchWire();
const silent = { passed: () => undefined, wished: () => undefined, tended: () => undefined };
const agent = await openAgent({
  config,
  mode: 'live',
  keys: KEYS,
  follower: silent,
  onAlert: () => undefined,
  timing: TIMING,
});
const { session, journal, venue, canister, haltFile } = agent;
watchJournal(journal);
/** What the venue really holds, whatever this agent believes. */
const truth = { position: venue.position.bind(venue), restingOrders: venue.restingOrders.bind(venue) };
misbehave(BUGS.find((bug) => bug === values.bug) ?? 'none', agent);
const voice = new Voice(journal, () => undefined);
const owed = new Owed({
  canister,
  journal,
  haltFile,
  voice,
  place: { account: config.account, market: 0 },
});

/** So often is one asked again who gave no answer. */
const PATIENCE = 5;

/** As the running agent does: whoever gave no answer is asked again, and before that venue and journal agree anew. */
async function persisting(work: () => Promise<void>): Promise<void> {
  for (let left = PATIENCE; ; left--) {
    try {
      if (left < PATIENCE) await session.begin();
      return await work();
    } catch (error) {
      const who = troubleOf(error)?.who;
      if (left === 0 || (who !== 'venue' && who !== 'canister')) throw error;
    }
  }
}

/** What the canister takes in no longer, such as a bar told long after its close, the next look settles. */
async function unlessPassing(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isPassing(error)) throw error;
  }
}

const isEntryTried = (): boolean =>
  journal.allOrders().some(({ role, state }) => role === 'entry' && state !== 'denied');

agent.bars.lift('starting');
let moved = await ask('where');
clock?.follow(moved);
await persisting(async () => void (await session.begin()));
if (values.warm) {
  await session.warmUp();
} else {
  // A life begins by telling, and so does a bar.
  for (let isFirst = true; ; isFirst = false) {
    const { isOpen, mayWish } = moved;
    await persisting(async () => {
      if (isFirst || isOpen) await unlessPassing(() => session.pass());
      if (mayWish && !isEntryTried()) await unlessPassing(() => session.wish(1, NOTIONAL_USDT));
      await requireCovered(truth);
      while ((await owed.pay(session.latest)) > 0);
    });
    if (moved.isDone) break;
    moved = await ask('go on');
    clock?.follow(moved);
    await persisting(async () => {
      await session.tend();
      await requireCovered(truth);
    });
  }
}
agent.close();
process.stdout.write(`DONE ${JSON.stringify(steps.taken)}\n`);
process.exit(0);
