import type { Dispatch } from './Alert.ts';

/** A way to a person. */
export interface Sink {
  /** Shown in logs and metrics; holds no address. */
  readonly name: string;
  /** @throws SinkError */
  deliver(dispatch: Dispatch): Promise<void>;
}

/** An alert could not be delivered. The message may be logged: it holds neither address nor token. */
export class SinkError extends Error {
  override readonly name = 'SinkError';
  /** Whether trying again may help. */
  readonly isTemporary: boolean;
  /** How long the other end asked to wait, milliseconds; 0 where it did not. */
  readonly retryAfterMs: number;

  constructor(message: string, isTemporary: boolean, retryAfterMs = 0) {
    super(message);
    this.isTemporary = isTemporary;
    this.retryAfterMs = retryAfterMs;
  }
}
