import type { Secret } from '../credentials/Secret.ts';
import { holdsSecret, isSigned } from './Authentication.ts';
import { MAX_AHEAD_MS, parseSignal, type SignalIntent, type SignalLeaf, type SignalRules } from './Signal.ts';

export type DeskLeaf = SignalLeaf | 'repeated' | 'starting' | 'full';

/** What became of a signal. */
export type Taken =
  | { readonly kind: 'accepted'; readonly intent: SignalIntent; readonly ignored: readonly string[] }
  | { readonly kind: 'refused'; readonly leaf: DeskLeaf; readonly message: string };

export interface SignalDeskOptions {
  readonly secret: Secret;
  readonly rules: SignalRules;
  /** Takes an intent over; false when it cannot take one now. */
  readonly accept: (intent: SignalIntent) => boolean;
  readonly now?: () => number;
}

/** Ids remembered at once: more signals than this within their age are more than anybody means. */
const MAX_REMEMBERED = 10_000;

/**
 * Judges signals and remembers which it took. One id is taken once: for as long as a signal may be young enough it is
 * remembered, and none from before the start of this process is taken, so that a restart forgets nothing.
 */
export class SignalDesk {
  readonly #options: SignalDeskOptions;
  readonly #now: () => number;
  readonly #startedMs: number;
  /** Id and the time until which it could be young enough to be taken again. */
  readonly #taken = new Map<string, number>();

  constructor(options: SignalDeskOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#startedMs = this.#now();
  }

  /**
   * The payload of whoever knows the secret, else null. It is looked at whoever asks and however often: turning an
   * address away unheard would let anybody behind the same proxy silence the others.
   * @param signature the header of a signed body, undefined where the secret is in the body
   */
  authenticated(body: Buffer, signature: string | undefined): { readonly payload: unknown } | null {
    const { secret } = this.#options;
    if (signature !== undefined && !isSigned(body, signature, secret)) return null;
    let payload: unknown;
    try {
      payload = JSON.parse(body.toString('utf8'));
    } catch {
      payload = undefined;
    }
    return signature !== undefined || holdsSecret(payload, secret) ? { payload } : null;
  }

  /** Judges a payload of {@link authenticated}. */
  take(payload: unknown): Taken {
    const { rules, accept } = this.#options;
    const nowMs = this.#now();
    const parsed = parseSignal(payload, rules, nowMs);
    if (parsed.kind === 'refused') return parsed;
    const { intent, ignored } = parsed;
    if (intent.sentMs <= this.#startedMs + MAX_AHEAD_MS) {
      return refused(
        'starting',
        'expected a signal from after the start of this agent: it may have been taken before',
      );
    }
    this.#forget(nowMs);
    if (this.#taken.has(intent.signalId)) return refused('repeated', 'expected an id that was not taken yet');
    if (this.#taken.size >= MAX_REMEMBERED || !accept(intent)) {
      return refused('full', 'the agent cannot take a signal now');
    }
    this.#taken.set(intent.signalId, intent.sentMs + rules.maxAgeMs);
    return { kind: 'accepted', intent, ignored };
  }

  #forget(nowMs: number): void {
    for (const [id, untilMs] of this.#taken) if (untilMs < nowMs) this.#taken.delete(id);
  }
}

function refused(leaf: DeskLeaf, message: string): Taken {
  return { kind: 'refused', leaf, message };
}
