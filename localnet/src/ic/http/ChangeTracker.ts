import { byteKey, equalBytes } from './Bytes.ts';

/** Equal stamps mean that nothing changed. */
export type Stamp = Uint8Array | number;

interface Tracked {
  readonly key: string;
  readonly label: Uint8Array;
  stamp: Stamp;
  /** The sweep in which it was last there. */
  seen: number;
}

/** Tells, sweep by sweep over a collection, what is new, what changed and what has vanished. */
export class ChangeTracker {
  readonly #byKey = new Map<string, Tracked>();
  /** Most labels come as the same object every time; finding them by identity saves making a key. */
  readonly #byIdentity = new WeakMap<Uint8Array, Tracked>();
  #sweep = 0;
  #seenInSweep = 0;

  /** Starts the next sweep. */
  begin(): void {
    this.#sweep++;
    this.#seenInSweep = 0;
  }

  /** Notes that `label` is there; true if it is new or its stamp is another than before. */
  note(label: Uint8Array, stamp: Stamp): boolean {
    const tracked = this.#byIdentity.get(label) ?? this.#byKey.get(byteKey(label));
    if (tracked === undefined) {
      this.#add(label, stamp);
      return true;
    }
    if (tracked.seen !== this.#sweep) this.#seenInSweep++;
    tracked.seen = this.#sweep;
    if (sameStamp(tracked.stamp, stamp)) return false;
    tracked.stamp = stamp;
    return true;
  }

  /** Ends the sweep: the labels that were there before and were not noted in it. They are forgotten. */
  vanished(): Uint8Array[] {
    if (this.#seenInSweep === this.#byKey.size) return [];
    const gone = [...this.#byKey.values()].filter(({ seen }) => seen !== this.#sweep);
    for (const { key, label } of gone) {
      this.#byKey.delete(key);
      this.#byIdentity.delete(label);
    }
    return gone.map(({ label }) => label);
  }

  #add(label: Uint8Array, stamp: Stamp): void {
    const tracked: Tracked = { key: byteKey(label), label, stamp, seen: this.#sweep };
    this.#byKey.set(tracked.key, tracked);
    this.#byIdentity.set(label, tracked);
    this.#seenInSweep++;
  }
}

function sameStamp(a: Stamp, b: Stamp): boolean {
  return typeof a === 'number' || typeof b === 'number' ? a === b : equalBytes(a, b);
}
