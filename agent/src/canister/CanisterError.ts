import type { Disposition } from '@plimsoll/engine';

/** The canister's own refusal, certified like any answer. It changed nothing. */
export class CanisterError extends Error {
  override readonly name = 'CanisterError';
  /** Who has to act: we (`request`), nobody but time (`temporary`), the canister's makers (`internal`). */
  readonly kind: Disposition;
  /** Stable name of the reason; branch on this and never on the message. */
  readonly leaf: string;

  constructor(kind: Disposition, leaf: string, message: string) {
    super(`The canister refused (${kind}/${leaf}): ${message}`);
    this.kind = kind;
    this.leaf = leaf;
  }
}
