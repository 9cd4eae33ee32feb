import { ALERT_LEVELS, type Dispatch } from './Alert.ts';

/** Waiting at once at most; past them the oldest of the lowest level is dropped. */
const CAPACITY = 100;

/** Sends one after another, the most urgent first, so that a slow way out keeps nobody else waiting. */
export class Outbox {
  readonly #send: (dispatch: Dispatch) => Promise<void>;
  readonly #dropped: (dispatch: Dispatch) => void;
  readonly #waiting: Dispatch[] = [];
  #running: Promise<void> | null = null;

  /** @param send never rejects */
  constructor(send: (dispatch: Dispatch) => Promise<void>, dropped: (dispatch: Dispatch) => void) {
    this.#send = send;
    this.#dropped = dropped;
  }

  put(dispatch: Dispatch): void {
    this.#waiting.push(dispatch);
    if (this.#waiting.length > CAPACITY) this.#dropped(this.#take('lowest'));
    this.#running ??= this.#run();
  }

  /** Resolves once nothing waits and nothing is on its way. */
  async idle(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#send(this.#take('highest'));
    this.#running = null;
  }

  #take(which: 'highest' | 'lowest'): Dispatch {
    const rank = ({ level }: Dispatch): number =>
      ALERT_LEVELS.indexOf(level) * (which === 'highest' ? 1 : -1);
    let index = 0;
    this.#waiting.forEach((dispatch, i) => {
      if (rank(dispatch) > rank(this.#waiting[index] ?? dispatch)) index = i;
    });
    const [taken] = this.#waiting.splice(index, 1);
    if (taken === undefined) throw new RangeError('expected a dispatch to take, got none');
    return taken;
  }
}
