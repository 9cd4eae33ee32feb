import { exchangeFee, liquidationPrice, tiersOf, warningBit, type Observation } from '@plimsoll/engine';
import type { Severity } from '../journal/Rows.ts';
import type { Venue } from '../venue/Venue.ts';
import type { EntryBars } from './EntryBars.ts';
import type { Passed } from './Session.ts';

export interface LiquidationCheckOptions {
  readonly venue: Pick<Venue, 'instrument'>;
  readonly bars: EntryBars;
  readonly say: (severity: Severity, code: string, message: string) => void;
}

/** What was held when the two prices differed. */
type Found = Pick<Observation, 'position' | 'markPrice'>;

const CODE = 'liquidation-disagrees';
/** Of mark, as in the engine. */
const TOLERANCE = 0.005;

/**
 * Whether the venue's liquidation price is ours. A position that is held is compared at every observation, by the
 * canister. Once it is gone there is nothing left to compare: what was found is computed again with the tiers that the
 * venue gives by then, and bars entries for as long as that differs too.
 */
export class LiquidationCheck {
  readonly #options: LiquidationCheckOptions;
  #found: Found | null = null;

  constructor(options: LiquidationCheckOptions) {
    this.#options = options;
  }

  passed({ observation, decision }: Pick<Passed, 'observation' | 'decision'>): void {
    const { bars, say } = this.#options;
    const { position, markPrice } = observation;
    if (position.side === 0) return;
    const disagrees = (decision.warnings & warningBit(CODE)) !== 0;
    this.#found = disagrees ? { position, markPrice } : null;
    bars.toggle(
      CODE,
      disagrees,
      'the venue computes another liquidation price than we do; the worse is acted on.',
    );
    if (disagrees) say('alarm', CODE, "The venue's liquidation price differs from ours.");
  }

  /** @throws VenueError */
  async lookAgain(isFlat: boolean): Promise<void> {
    if (this.#found === null || !isFlat) return;
    const { position, markPrice } = this.#found;
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
    if (Math.abs(venueLiquidationPrice - ours) > TOLERANCE * markPrice) return;
    this.#found = null;
    this.#options.bars.lift(CODE);
    this.#options.say(
      'info',
      'liquidation-agrees',
      "By the margin tiers of now our liquidation price of the position that was held is the venue's: entries are free again.",
    );
  }
}
