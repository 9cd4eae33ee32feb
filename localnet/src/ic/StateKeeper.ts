import type { LocalSubnet } from './LocalSubnet.ts';
import type { StateDirectory } from './StateDirectory.ts';

/** How long after a change it is written at the latest. */
const INTERVAL_MS = 1_000;

/** Keeps a directory up to date with a subnet. */
export class StateKeeper {
  readonly #directory: StateDirectory;
  readonly #subnet: LocalSubnet;
  readonly #seed: string;
  readonly #timer: NodeJS.Timeout;
  #savedAt = -1;
  #changes = 0;
  #isSaving = false;

  /** @param onError told when a save fails; the next one is tried all the same. */
  constructor(
    directory: StateDirectory,
    subnet: LocalSubnet,
    seed: string,
    onError: (error: unknown) => void,
  ) {
    this.#directory = directory;
    this.#subnet = subnet;
    this.#seed = seed;
    this.#timer = setInterval(() => {
      if (this.#isSaving || this.#savedAt === this.#version()) return;
      this.#isSaving = true;
      void this.#save()
        .catch(onError)
        .finally(() => (this.#isSaving = false));
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  /** Something changed that no message shows: the time of a clock that was moved. */
  changed(): void {
    this.#changes += 1;
  }

  /** Writes the last state and lets the directory go. The subnet must not run any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    try {
      await this.#save();
    } finally {
      await this.#directory.close();
    }
  }

  async #save(): Promise<void> {
    const version = this.#version();
    await this.#directory.save(this.#seed, (blobs) => this.#subnet.image(blobs));
    this.#savedAt = version;
  }

  /** Rises with everything that is to be written. */
  #version(): number {
    return this.#subnet.delivered() + this.#changes;
  }
}
