export type CredentialLeaf =
  'missing' | 'unreadable' | 'open-to-others' | 'foreign-owner' | 'malformed' | 'both-given' | 'too-short';

/** A credential cannot be used as it is. Always the trader's to mend; the message never holds a value. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
  readonly kind = 'request';
  readonly leaf: CredentialLeaf;

  constructor(leaf: CredentialLeaf, message: string) {
    super(message);
    this.leaf = leaf;
  }
}
