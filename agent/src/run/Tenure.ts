import type { CanisterHealth, GrantView } from '../canister/Standing.ts';
import type { Mode } from '../config/Config.ts';
import { isRefused, judgeKey } from '../credentials/KeyJudgement.ts';
import type { Severity } from '../journal/Rows.ts';
import type { Permissions } from '../venue/Venue.ts';
import type { EntryBars } from './EntryBars.ts';
import type { TenureView } from './RunStatus.ts';

export interface TenureOptions {
  readonly mode: Mode;
  readonly bars: EntryBars;
  readonly say: (severity: Severity, code: string, message: string) => void;
  /** Of the venue's key; null where there is none. */
  readonly permissions: (() => Promise<Permissions>) | null;
  /** The owner's account that this agent serves. */
  readonly account: number;
  /** Null where the owner has granted nothing. */
  readonly grant: () => Promise<GrantView | null>;
  readonly health: () => Promise<CanisterHealth>;
  /** The time that grants and keys end by, milliseconds. */
  readonly now?: () => number;
  readonly everyMs?: number;
}

const EVERY_MS = 600_000;
/** What could not be read is asked for again sooner. */
const AGAIN_MS = 60_000;

/**
 * What the agent's right to act rests on, and until when: the venue's key, the owner's grant, the canister's cycles. Read
 * beside the loop, so that nothing waits for it. What cannot be read stays as it was known; what never was is unknown.
 */
export class Tenure {
  readonly #options: TenureOptions;
  #view: TenureView = { keyExpiresMs: null, grantExpiresMs: null, cyclesRunwayDays: null };
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(options: TenureOptions) {
    this.#options = options;
  }

  get view(): TenureView {
    return this.#view;
  }

  /** Looks now, and again and again until closed. */
  start(): void {
    void this.look().then((isWhole) => {
      if (this.#isOver) return;
      const { everyMs = EVERY_MS } = this.#options;
      this.#timer = setTimeout(() => this.start(), isWhole ? everyMs : Math.min(everyMs, AGAIN_MS));
      this.#timer.unref();
    });
  }

  close(): void {
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** @returns whether all of it could be read */
  async look(): Promise<boolean> {
    const looks = await Promise.all([
      readable(() => this.#key()),
      readable(() => this.#grant()),
      readable(() => this.#cycles()),
    ]);
    return looks.every(Boolean);
  }

  async #key(): Promise<void> {
    const { permissions, mode, bars, say, now = Date.now } = this.#options;
    if (permissions === null) return;
    const told = await permissions();
    this.#view = { ...this.#view, keyExpiresMs: told.expiresMs };
    const findings = judgeKey(told, mode, now());
    // Rights may be changed on the venue's page while the agent runs.
    const refused = findings.filter(({ severity }) => severity === 'refused');
    const message = refused.map((finding) => finding.message).join(' ');
    bars.toggle('key-unfit', isRefused(findings), message);
    if (isRefused(findings)) say('alarm', 'key-unfit', message);
  }

  async #grant(): Promise<void> {
    const { grant, account, bars, say } = this.#options;
    const told = await grant();
    this.#view = { ...this.#view, grantExpiresMs: told?.expiresMs ?? null };
    const isGone = told === null || told.isRevoked || told.account !== account;
    const what =
      told === null
        ? 'granted this agent nothing'
        : told.isRevoked
          ? 'revoked this agent'
          : `granted this agent account ${String(told.account)}, and the configuration says ${String(account)}`;
    const message = `The owner has ${what}. plimsoll pair prints what to grant.`;
    bars.toggle('no-grant', isGone, message);
    if (isGone) say('alarm', 'no-grant', message);
  }

  async #cycles(): Promise<void> {
    const { runwayDays } = await this.#options.health();
    this.#view = { ...this.#view, cyclesRunwayDays: runwayDays };
  }
}

/** A look that fails says nothing. */
async function readable(look: () => Promise<void>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch {
    return false;
  }
}
