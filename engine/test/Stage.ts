import {
  BAR_MS,
  binding,
  createDesk,
  DEFAULT_LIMITS,
  EngineError,
  intend,
  loadHistory,
  observe,
  restoreDesk,
  snapshotDesk,
  warningsOf,
  WARM_UP_BARS,
  type Bar,
  type BookSummary,
  type Decision,
  type Desk,
  type Observation,
  type OtherPosition,
  type Warning,
} from '../src/index.ts';
import { historyOf, idOf, longPosition, observationOf, randomBars, START_MS } from './market.ts';

/* Two warm desks to play on from: one that knows prices alone, and one that knows all that a venue tells. */

/** Open time of the first bar after the warm-up. */
export const PLAY_MS = START_MS + WARM_UP_BARS * BAR_MS;

/** The refusal that an act ends in. */
export function refusal(act: () => unknown): EngineError {
  try {
    act();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('expected a refusal, got an answer');
}

/** A desk that was warmed once and is handed out as it was then. */
function kept(create: () => Desk): () => Desk {
  let bytes: Uint8Array | null = null;
  return () => restoreDesk((bytes ??= snapshotDesk(create())));
}

export const plainBars = randomBars(7, WARM_UP_BARS + 1_500, START_MS);

/** Warm by prices alone; flat. */
export const plainDesk = kept(() => {
  const desk = createDesk(DEFAULT_LIMITS);
  loadHistory(desk, historyOf(plainBars.slice(0, WARM_UP_BARS)));
  observe(desk, observationOf(1, [], PLAY_MS, plainBars[WARM_UP_BARS - 1]!.close));
  return desk;
});

/** Bar i after the warm-up. */
export function played(i: number): Bar {
  return plainBars[WARM_UP_BARS + i]!;
}

/** The observation of a plain desk made at the open that follows bar i. */
export function after(i: number, overrides: Partial<Observation> = {}): Observation {
  const bar = played(i);
  return observationOf(10 + i, [bar], bar.timeMs + BAR_MS, bar.close, overrides);
}

/** Opens a trade as planned: intent, fill at the mark, and the observation that shows it. */
export function enter(desk: Desk): {
  readonly plan: NonNullable<Decision['plan']>;
  readonly held: Decision;
} {
  const timeMs = desk.state.timeMs;
  const { decision } = intend(desk, { id: idOf(900), timeMs, side: 1, notionalUsdt: 1_000 });
  const { plan } = decision;
  if (plan === null) throw new Error(`expected a plan, got ${binding(decision)}`);
  const position = longPosition(plan.quantity, plan.referencePrice, plan.leverage, timeMs);
  const held = observe(
    desk,
    observationOf(901, [], timeMs, plan.referencePrice, { position, restingStopPrice: plan.stopPrice }),
  ).decision;
  return { plan, held };
}

export const fullBars = randomBars(21, WARM_UP_BARS + 400, START_MS, 0.0015);
export const leaderBars = randomBars(22, WARM_UP_BARS + 400, START_MS, 0.0015, 2_000);

export function bookOf(size: number, middle = fullBars[WARM_UP_BARS - 1]!.close): BookSummary {
  return {
    bids: [1, 2, 3].map((i) => ({ price: middle * (1 - 0.0005 * i), size })),
    asks: [1, 2, 3].map((i) => ({ price: middle * (1 + 0.0005 * i), size })),
  };
}

export const DEEP: BookSummary = bookOf(100_000);

/** Warm with leader, funding and open interest; flat. */
export const fullDesk = kept(() => {
  const desk = createDesk({ ...DEFAULT_LIMITS, longestHoldHours: 336 });
  loadHistory(
    desk,
    historyOf(fullBars.slice(0, WARM_UP_BARS), {
      leaderBars: leaderBars.slice(0, WARM_UP_BARS),
      settlements: [{ timeMs: START_MS, rate: 0.0001 }],
      openInterest: [{ timeMs: START_MS, units: 5_000_000 }],
    }),
  );
  observe(desk, look(-1, { bars: [], leaderBars: [] }));
  return desk;
});

/** What a full desk sees when bar i of the play has closed, everything known. */
export function look(i: number, overrides: Partial<Observation> = {}): Observation {
  const at = WARM_UP_BARS + i;
  const bar = overrides.bars?.at(-1) ?? fullBars[at]!;
  return observationOf(100 + i, [bar], PLAY_MS + (i + 1) * BAR_MS, bar.close, {
    leaderBars: [leaderBars[at]!],
    openInterest: 5_000_000,
    book: DEEP,
    account: { equityUsdt: 20_000 },
    ...overrides,
  });
}

/** A long wished for on the last look. */
export function wish(desk: Desk, notionalUsdt = 1_000, others: readonly OtherPosition[] = []): Decision {
  const intent = { id: idOf(9), timeMs: desk.state.timeMs, side: 1, notionalUsdt } as const;
  return intend(desk, intent, others).decision;
}

export function warned(decision: Decision, warning: Warning): boolean {
  return warningsOf(decision).includes(warning);
}

/** A bar that falls by a share within one step. */
export function crash(i: number, share: number): Bar {
  const { close: open, timeMs } = fullBars[WARM_UP_BARS + i - 1]!;
  const close = Math.round(open * (1 - share) * 1_000) / 1_000;
  return { timeMs: timeMs + BAR_MS, open, high: open, low: close, close, volume: 1 };
}
