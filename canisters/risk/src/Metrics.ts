import type { Answer } from '@plimsoll/engine';
import { selfTestState } from './Boot.ts';
import { buildInfo } from './BuildInfo.ts';
import { instructionsOfAct } from './Call.ts';
import { certification, countWaiting } from './Certification.ts';
import { runway } from './Cycles.ts';
import { countOwners } from './Owners.ts';
import { heldSessions } from './Sessions.ts';
import { sizes } from './Sizes.ts';

/*
 * Counters of this canister for Prometheus, since its last start: they begin anew with an upgrade, as counters may.
 * Nothing in them is any owner's.
 */

interface Count {
  messages: number;
  instructions: number;
}

/** By method, then by outcome. */
const counts = new Map<string, Map<string, Count>>();
let records = 0;

/** Counts one update, right after it was performed. */
export function countUpdate(method: string, answer: Answer): void {
  const outcome = answer.kind === 'error' ? answer.disposition : answer.kind;
  if (outcome === 'record') records++;
  let outcomes = counts.get(method);
  if (outcomes === undefined) counts.set(method, (outcomes = new Map()));
  let count = outcomes.get(outcome);
  if (count === undefined) outcomes.set(outcome, (count = { messages: 0, instructions: 0 }));
  count.messages++;
  count.instructions += instructionsOfAct();
}

/** The text exposition format of Prometheus. */
export function metricsText(timeMs: number): string {
  const { balance, reserve, burnPerDay, days, isLow } = runway(timeMs);
  const { links, waitingSinceMs } = certification();
  const { git_commit, engine_hash, engine_version, schema_version } = buildInfo();
  const lines: string[] = [];
  const metric = (
    name: string,
    type: string,
    help: string,
    samples: readonly (readonly [string, number])[],
  ): void => {
    lines.push(`# HELP plimsoll_${name} ${help}`, `# TYPE plimsoll_${name} ${type}`);
    for (const [labels, value] of samples)
      lines.push(`plimsoll_${name}${labels === '' ? '' : `{${labels}}`} ${String(value)}`);
  };
  const gauge = (name: string, help: string, value: number): void =>
    metric(name, 'gauge', help, [['', value]]);
  const build = `commit="${git_commit}",engine="${engine_hash}",engine_version="${String(engine_version)}",schema_version="${String(schema_version)}"`;
  metric('build_info', 'gauge', 'What the module was built of.', [[build, 1]]);
  gauge('owners', 'Registered owners.', countOwners());
  gauge('sessions', 'Owners held in the heap.', heldSessions());
  metric('records_total', 'counter', 'Answers with a record since the last start.', [['', records]]);
  const all = [...counts].flatMap(([method, outcomes]) =>
    [...outcomes].map(([outcome, count]) => [`method="${method}",outcome="${outcome}"`, count] as const),
  );
  metric(
    'updates_total',
    'counter',
    'Updates by method and outcome since the last start.',
    all.map(([labels, { messages }]) => [labels, messages]),
  );
  metric(
    'instructions_total',
    'counter',
    'Instructions of these updates, up to their reply.',
    all.map(([labels, { instructions }]) => [labels, instructions]),
  );
  gauge('journal_links', 'Heads certified since the tree was last renewed.', links.length);
  gauge('waiting_owners', 'Owners whose newest head waits for the next batch.', countWaiting());
  gauge(
    'waiting_seconds',
    'How long the oldest of them has waited.',
    waitingSinceMs === 0 ? 0 : (timeMs - waitingSinceMs) / 1000,
  );
  const size = sizes();
  if (size !== null) {
    gauge('heap_bytes', 'WebAssembly memory as of the newest sweep, an hour ago at most.', size.heapBytes);
    gauge('stable_bytes', 'Stable memory as of then.', size.stableBytes);
  }
  gauge('cycles', 'Cycles balance.', balance);
  if (reserve > 0) gauge('cycles_reserve', 'Balance at which the network freezes the canister.', reserve);
  if (burnPerDay !== null)
    gauge(
      'cycles_burned_per_day',
      'Cycles a day, from the last day; hours with a top-up left out.',
      burnPerDay,
    );
  if (days !== null) gauge('runway_days', 'Days until the canister freezes at that rate.', days);
  gauge('low_cycles', '1 when new owners are turned away for lack of cycles.', isLow ? 1 : 0);
  gauge(
    'self_test_passed',
    '1 once the self-test after the last start has passed.',
    selfTestState() === 'passed' ? 1 : 0,
  );
  return `${lines.join('\n')}\n`;
}

export interface Health {
  readonly status: 'ok' | 'starting' | 'failed';
  readonly selfTest: string;
  readonly lowCycles: boolean;
  readonly runwayDays: number | null;
}

/** Whether the canister decides, and for how long it will. */
export function health(timeMs: number): Health {
  const { isLow, days } = runway(timeMs);
  const selfTest = selfTestState();
  const status = selfTest === 'passed' ? 'ok' : selfTest === 'failed' ? 'failed' : 'starting';
  return { status, selfTest, lowCycles: isLow, runwayDays: days };
}
