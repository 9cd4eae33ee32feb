import { icTimeMs } from './Call.ts';
import { askOwnStatus, setTimer } from './Platform.js';

/*
 * What the canister does later by itself, each job in a message of its own. The network forgets a timer that is due while
 * the canister is frozen, and azle's timers then wait for the forgotten one until the next upgrade: none goes off any more.
 * So what is due is kept here too, and a record that finds a job long overdue has it run in another message that there is:
 * the reply to a question which the network always answers.
 */

/** Overdue for so long, a job has lost its timer. */
const LOST_AFTER_MS = 10_000;
/** A reply that has not come, or whose job trapped, is waited for so long. */
const RETRY_MS = 60_000;
/** Without timers, what is due this soon is done at once. */
const SOON_MS = 5_000;

interface Job {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A job that traps undoes its removal, and is tried again. */
const jobs = new Set<Job>();
/** No job is due earlier. */
let earliestMs = Infinity;
let isWithoutTimers = false;
let isAskedUntilMs = 0;

/** Has this run in a message of its own, after so many seconds. */
export function later(delayS: number, run: () => void): void {
  const timeMs = icTimeMs();
  const job = { dueMs: timeMs + 1_000 * delayS, run };
  jobs.add(job);
  if (job.dueMs < earliestMs) earliestMs = job.dueMs;
  if (isWithoutTimers) {
    runByReply(timeMs);
    return;
  }
  setTimer(delayS, () => {
    isWithoutTimers = false;
    if (jobs.delete(job)) run();
  });
}

/** Takes up jobs whose timers were lost; a comparison where there are none. */
export function takeUpLost(timeMs: number): void {
  if (timeMs < earliestMs + LOST_AFTER_MS) return;
  earliestMs = Infinity;
  for (const { dueMs } of jobs) earliestMs = Math.min(earliestMs, dueMs);
  if (timeMs < earliestMs + LOST_AFTER_MS) return;
  isWithoutTimers = true;
  runByReply(timeMs);
}

/** One job at a time: the reply that ran one asks for the next. */
function runByReply(timeMs: number): void {
  if (timeMs < isAskedUntilMs) return;
  for (const job of jobs) {
    if (job.dueMs > timeMs + SOON_MS) continue;
    // Should it trap, the others come first the next time.
    jobs.delete(job);
    jobs.add(job);
    isAskedUntilMs = timeMs + RETRY_MS;
    askOwnStatus(() => {
      isAskedUntilMs = 0;
      if (jobs.delete(job)) job.run();
      runByReply(icTimeMs());
    });
    return;
  }
}
