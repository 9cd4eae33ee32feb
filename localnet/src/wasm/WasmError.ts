/** A module that cannot be run here: malformed, or using a feature that this runtime does not emulate. */
export class WasmError extends Error {
  override readonly name = 'WasmError';
}
