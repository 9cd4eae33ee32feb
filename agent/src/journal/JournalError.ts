/**
 * `locked`: another process writes this journal. `not-writable`: the file or its folder cannot be opened for writing.
 * `newer-schema`: a later release wrote it. `damaged`: it is no journal, or is broken. `conflict`: what was to be
 * written contradicts what is on record.
 */
export type JournalReason = 'locked' | 'not-writable' | 'newer-schema' | 'damaged' | 'conflict';

/** The journal cannot be opened or written. Nothing was half written: every change is one transaction. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly reason: JournalReason;
  /** `temporary` where waiting helps, `internal` where the program is at fault. */
  readonly kind: 'request' | 'temporary' | 'internal';

  constructor(reason: JournalReason, message: string, cause?: unknown) {
    super(`${reason}: ${message}`, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.kind = reason === 'locked' ? 'temporary' : reason === 'conflict' ? 'internal' : 'request';
  }
}
