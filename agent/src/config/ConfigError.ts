/** The configuration cannot be used. The message names the file, the place in it, and what to write there. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
