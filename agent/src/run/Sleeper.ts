/** A sleep that others may end. A call that comes while nobody sleeps ends the next one before it begins. */
export class Sleeper {
  #end: (() => void) | null = null;
  #isDeaf = false;
  #isCalled = false;
  #isUrgent = false;

  /** @param isDeaf whether only an urgent call ends it early */
  sleep(ms: number, isDeaf = false): Promise<void> {
    const isEnded = this.#isUrgent || (this.#isCalled && !isDeaf);
    this.#isCalled = false;
    this.#isUrgent = false;
    if (isEnded) return Promise.resolve();
    this.#isDeaf = isDeaf;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#end = null;
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#end = end;
    });
  }

  call(isUrgent = false): void {
    if (this.#end === null) {
      this.#isCalled = true;
      this.#isUrgent ||= isUrgent;
    } else if (isUrgent || !this.#isDeaf) {
      this.#end();
    }
  }
}
