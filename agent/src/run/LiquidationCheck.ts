import { exchangeFee, liquidationPrice, tiersOf, warningBit, type Observation } from '@plimsoll/engine';
import type { Severity } from '../journal/Rows.ts';
import type { Venue } from '../venue/Venue.ts';
import type { EntryBars } from './EntryBars.ts';
import type { Passed } from './Session.ts';

export interface LiquidationCheckOptions {
  readonly venue: Pick<Venue, 'instrument'>;
  readonly bars: EntryBars;
  /** Forgets what is kept of the venue's rules, so that the next look asks for them. */
  readonly reconcile: () => void;
  readonly say: (severity: Severity, code: string, message: string) => void;
}

/** What was held when the two prices differed. */
type Found = Pick<Observation, 'position' | 'markPrice' | 'instrumentHash'>;

/** As much as these rules were seen to give the venue's price for. */
interface Proven {
  readonly instrumentHash: number;
  readonly side: number;
  readonly quantity: number;
}

const CODE = 'liquidation-disagrees';
/** Of mark, as in the engine. */
const TOLERANCE = 0.005;

/**
 * Whether the venue's liquidation price is ours. A position that is held is compared at every observation, by the
 * canister. Once it is gone there is nothing left to compare. Where the same rules had given the venue's price for as
 * much or more, the last difference was one of time: a fill that the venue's price did not know of yet. Otherwise what was
 * found is computed again with the tiers that the venue gives by then, and bars entries for as long as that differs too.
 */
export class LiquidationCheck {
  readonly #options: LiquidationCheckOptions;
  #found: Found | null = null;
  #proven: Proven | null = null;

  constructor(options: LiquidationCheckOptions) {
    this.#options = options;
  }

  /**
   * @returns whether to look again at once: tiers are kept for a minute, and a price that is new to us may be made by
   * others. Once only: what differs then as well is no matter of time.
   */
  passed({ observation, decision }: Pick<Passed, 'observation' | 'decision'>): boolean {
    const { bars, reconcile, say } = this.#options;
    const { position, markPrice, instrumentHash } = observation;
    if (position.side === 0) return false;
    const isNew = this.#found === null;
    const disagrees = (decision.warnings & warningBit(CODE)) !== 0;
    this.#found = disagrees ? { position, markPrice, instrumentHash } : null;
    if (!disagrees) this.#prove(observation);
    bars.toggle(
      CODE,
      disagrees,
      'the venue computes another liquidation price than we do; the worse is acted on.',
    );
    if (!disagrees) return false;
    say('alarm', CODE, "The venue's liquidation price differs from ours.");
    if (isNew) reconcile();
    return isNew;
  }

  /** @throws VenueError */
  async lookAgain(isFlat: boolean): Promise<void> {
    const found = this.#found;
    if (found === null || !isFlat) return;
    if (this.#isProven(found)) {
      this.#lift("Our liquidation price of as large a position was the venue's: entries are free again.");
    } else if (await this.#agreesByNow(found)) {
      this.#lift(
        "By the margin tiers of now our liquidation price of the position that was held is the venue's: entries are free again.",
      );
    }
  }

  #prove({ instrumentHash, position: { side, quantity, venueLiquidationPrice } }: Observation): void {
    // A price that was not told agrees with nothing.
    if (venueLiquidationPrice === 0) return;
    const proven = this.#proven;
    const isSame = proven !== null && proven.instrumentHash === instrumentHash && proven.side === side;
    if (!isSame || quantity > proven.quantity) this.#proven = { instrumentHash, side, quantity };
  }

  #isProven({ instrumentHash, position: { side, quantity } }: Found): boolean {
    const proven = this.#proven;
    if (proven === null || proven.instrumentHash !== instrumentHash || proven.side !== side) return false;
    return quantity <= proven.quantity;
  }

  async #agreesByNow({ position, markPrice }: Found): Promise<boolean> {
    const instrument = await this.#options.venue.instrument();
    const { side, quantity, entryPrice, walletUsdt, venueLiquidationPrice } = position;
    const ours = liquidationPrice(
      {
        side,
        qty: quantity,
        entry: entryPrice,
        wallet: walletUsdt,
        upnlOther: 0,
        mmOther: 0,
        fee: exchangeFee(instrument),
      },
      tiersOf(instrument, quantity * entryPrice),
    );
    return Math.abs(venueLiquidationPrice - ours) <= TOLERANCE * markPrice;
  }

  #lift(message: string): void {
    this.#found = null;
    this.#options.bars.lift(CODE);
    this.#options.say('info', 'liquidation-agrees', message);
  }
}
