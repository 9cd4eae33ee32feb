import {
  accountOf,
  actOn,
  encodeControl,
  judgeLook,
  judgeWish,
  lookRecorded,
  type AccountState,
  type ControlKind,
  type Judgement,
  type Keeper,
  type Place,
  type Plan,
  type Side,
} from '../src/index.ts';
import type { Sight } from '../src/keeper/Breaker.ts';
import { wishRecorded } from '../src/keeper/Judgement.ts';
import { HOUR_MS, nextId, T0 } from './KeeperActs.ts';

export const HERE: Place = { account: 0, market: 0 };

/** A keeper that is looked at, asked and told one thing after another, in feed time counted in hours. */
export interface Watch {
  keeper: Keeper;
  /** A look on record. */
  look(hours: number, sight?: Partial<Sight>, place?: Place): Judgement;
  /** A look that is on record only where the keeper wants it there. */
  tick(hours: number, sight?: Partial<Sight>, place?: Place): Judgement;
  wish(place?: Place): Judgement;
  /** A plan on record, to be entered within a minute. */
  plan(hours: number, side: Side, notionalUsdt: number, place?: Place): void;
  act(control: ControlKind, account?: number | null, market?: number | null): void;
  account(account?: number): AccountState;
}

/** @param keeper as it is at first; looks show a thousand of equity, flat at a mark of ten, until they say otherwise */
export function watch(keeper: Keeper): Watch {
  const flat: Omit<Sight, 'timeMs'> = {
    equityUsdt: 1_000,
    markPrice: 10,
    side: 0,
    quantity: 0,
    entryPrice: 0,
  };
  const seen = (hours: number, sight: Partial<Sight>, place: Place, always: boolean): Judgement => {
    const timeMs = T0 + hours * HOUR_MS;
    const whole: Sight = { ...flat, timeMs, ...sight };
    const judgement = judgeLook(self.keeper, place, whole, timeMs);
    if (always || judgement.mustRecord) self.keeper = lookRecorded(judgement.next, place, whole, 0.05);
    return judgement;
  };
  const self: Watch = {
    keeper,
    look: (hours, sight = {}, place = HERE) => seen(hours, sight, place, true),
    tick: (hours, sight = {}, place = HERE) => seen(hours, sight, place, false),
    wish: (place = HERE) => judgeWish(self.keeper, place, T0),
    plan: (hours, side, notionalUsdt, place = HERE) => {
      const createdMs = T0 + hours * HOUR_MS;
      const plan: Plan = {
        id: nextId(),
        side,
        leverage: 3,
        quantity: notionalUsdt / 10,
        referencePrice: 10,
        stopPrice: 9,
        takeProfits: [],
        createdMs,
        enterUntilMs: createdMs + 60_000,
        exitByMs: createdMs + HOUR_MS,
        liquidationPrice: 0,
        requestedUsdt: notionalUsdt,
      };
      self.keeper = wishRecorded(self.keeper, place, plan);
    },
    act: (control, account = 0, market = null) => {
      const frame = encodeControl({ id: nextId(), control, account, market });
      self.keeper = actOn(self.keeper, 'control', frame, { icTimeMs: T0, sequence: 50 });
    },
    account: (account = 0) => accountOf(self.keeper, account)!,
  };
  return self;
}
