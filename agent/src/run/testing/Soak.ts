// An agent left to itself: market time goes by as fast as it is told of, entries are wished for, and what the process
// weighs is written down day by day.
import type { ChildProcess } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { askAgent } from '../../control/askAgent.ts';
import type { EnterResult } from '../answerAsk.ts';
import { journalPathOf } from '../openAgent.ts';
import type { LiveScene } from './LiveScene.ts';

const BAR_MS = 300_000;
export const BARS_PER_DAY = 288;
const BARS_PER_HOUR = 12;
/** Garbage comes and goes: one reading alone says little. */
const EVENING_HOURS = 6;
/** Every so many bars the market is played through its inner points, so that fills are heard of as they happen. */
const FINE_EVERY_BARS = 16;
const TOLD_WITHIN_MS = 60_000;
/** A point inside a bar may ask for nothing. */
const INNER_MS = 300;
/** What the venue has sent has arrived on this machine. */
const ARRIVES_MS = 10;
const MEGABYTE = 1024 * 1024;

/** What was seen on one day of market time. */
export interface SoakDay {
  readonly day: number;
  /** After the day: the middle one of its last hourly readings, megabytes. */
  readonly residentMegabytes: number;
  readonly residentMostMegabytes: number;
  /** The journal with its write-ahead log, megabytes, at the end of the day. */
  readonly journalMegabytes: number;
  /** Answers kept for good, one file each. */
  readonly receipts: number;
  readonly decisions: number;
  readonly entries: number;
  /** Wishes that the canister refused. */
  readonly refused: number;
}

/** Plays whole market days to a running agent. */
export class Soak {
  readonly days: SoakDay[] = [];
  readonly #scene: LiveScene;
  readonly #agent: ChildProcess;
  readonly #enterEveryBars: number;
  #decisions = 0;
  #entries = 0;
  #refused = 0;
  #bars = 0;
  #toldMs = 0;
  #wake: () => void = () => undefined;

  constructor(scene: LiveScene, agent: ChildProcess, enterEveryBars: number) {
    this.#scene = scene;
    this.#agent = agent;
    this.#enterEveryBars = enterEveryBars;
    if (agent.stdout === null) throw new RangeError('expected an agent whose lines can be read');
    createInterface({ input: agent.stdout }).on('line', (line) => this.#hear(line));
  }

  /** @param bars less than a day is measured as a day */
  async play(bars: number): Promise<void> {
    let resident: number[] = [];
    for (let i = 1; i <= bars; i++) {
      await this.#bar();
      if (i % BARS_PER_HOUR === 0) resident.push(await this.#residentMegabytes());
      if (i % BARS_PER_DAY !== 0 && i !== bars) continue;
      this.days.push(await this.#day(resident));
      resident = [];
    }
  }

  async #bar(): Promise<void> {
    const isFine = this.#bars % FINE_EVERY_BARS === 0;
    let timeMs: number;
    do {
      timeMs = await this.#leap(isFine ? 'point' : 'open');
      if (timeMs % BAR_MS !== 0) await this.#told(timeMs, INNER_MS).catch(() => undefined);
    } while (timeMs % BAR_MS !== 0);
    await this.#told(timeMs, TOLD_WITHIN_MS);
    if (this.#bars++ % this.#enterEveryBars === 0) await this.#wish();
  }

  /**
   * Minutes of market time in a moment: the agent is held still meanwhile, so that it finds itself at their end, and not
   * in the middle of them with requests that are signed with a time long gone.
   */
  async #leap(to: 'point' | 'open'): Promise<number> {
    this.#agent.kill('SIGSTOP');
    try {
      const { timeMs } = await this.#scene.advance(to);
      await sleep(ARRIVES_MS);
      return timeMs;
    } finally {
      this.#agent.kill('SIGCONT');
    }
  }

  async #wish(): Promise<void> {
    const side = (this.#bars / this.#enterEveryBars) % 2 < 1 ? 1 : -1;
    const reply = await askAgent(this.#scene.state, { do: 'enter', side, notionalUsdt: 300 });
    const isEntered = reply?.ok === true && (reply.result as EnterResult).isEntered;
    if (isEntered) this.#entries++;
    else this.#refused++;
  }

  /** Waits until a decision of this market time was written. */
  async #told(timeMs: number, withinMs: number): Promise<void> {
    const untilMs = performance.now() + withinMs;
    while (this.#toldMs < timeMs) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || this.#agent.exitCode !== null || this.#agent.signalCode !== null)
        throw new Error(
          `expected a decision of ${new Date(timeMs).toISOString()}, got none:\n${this.#scene.output.slice(-3_000)}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #hear(line: string): void {
    const { msg, marketTime } = JSON.parse(line) as { readonly msg?: string; readonly marketTime?: string };
    if (msg !== 'decision' || marketTime === undefined) return;
    this.#decisions++;
    this.#toldMs = Math.max(this.#toldMs, Date.parse(marketTime));
    this.#wake();
  }

  async #residentMegabytes(): Promise<number> {
    const status = await readFile(`/proc/${String(this.#agent.pid)}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }

  async #day(resident: readonly number[]): Promise<SoakDay> {
    const { state } = this.#scene;
    const path = journalPathOf({ state });
    const sizes = await Promise.all(['', '-wal'].map((end) => sizeOf(`${path}${end}`)));
    const last = resident.slice(-EVENING_HOURS).sort((a, b) => a - b);
    return {
      day: this.days.length + 1,
      residentMegabytes: rounded(last[Math.floor(last.length / 2)] ?? 0),
      residentMostMegabytes: rounded(Math.max(...resident)),
      journalMegabytes: rounded(sizes.reduce((sum, size) => sum + size, 0) / MEGABYTE),
      receipts: (await readdir(join(state, 'receipts'))).length,
      decisions: this.#decisions,
      entries: this.#entries,
      refused: this.#refused,
    };
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
