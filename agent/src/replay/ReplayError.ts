/** A replay that cannot be run as it was asked for: one line with what was expected, what came and what to do. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}
