import type { Subnet } from '../Subnet.types.ts';

/** A subnet that can be served: its time moves on even while nobody asks anything of it. */
export interface ServedSubnet extends Subnet {
  /** At least one round, even with nothing to do; then as `run`. */
  tick(): void;
}
