/** A directory that the state cannot be read from or kept in. */
export class StateDirectoryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(`state directory: ${message}`, options);
    this.name = 'StateDirectoryError';
  }
}
