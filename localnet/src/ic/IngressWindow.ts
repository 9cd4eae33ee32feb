/** How far ahead of the network's time a message may expire. */
export const MAX_INGRESS_TTL_NS = 300_000_000_000n;
/** Clients round their clocks, and ours stands still between rounds. */
export const PERMITTED_DRIFT_NS = 30_000_000_000n;
