import { createHash } from 'node:crypto';

/** The subnet's random bytes: a hash chain from a seed, so that a run can be repeated. */
export class Randomness {
  readonly #seed: Uint8Array;
  #drawn: number;

  /** @param drawn how often it was drawn from before, to go on from there. */
  constructor(seed: string, drawn = 0) {
    this.#drawn = drawn;
    this.#seed = createHash('sha256').update('localnet randomness').update(seed).digest();
  }

  /** How often it was drawn from; together with the seed, the whole state. */
  get drawn(): number {
    return this.#drawn;
  }

  /** 32 fresh bytes. */
  next(): Uint8Array {
    const number = Buffer.alloc(8);
    number.writeBigUInt64BE(BigInt(this.#drawn++));
    return new Uint8Array(createHash('sha256').update(this.#seed).update(number).digest());
  }
}
