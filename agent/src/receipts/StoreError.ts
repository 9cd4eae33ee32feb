/** Why a file of receipts cannot be used. */
export type StoreLeaf =
  | 'missing'
  | 'unreadable'
  | 'unwritable'
  | 'taken' // another process wrote the same number
  | 'malformed'
  | 'version'
  | 'truncated'
  | 'trailing'
  | 'oversized';

/** Receipts could not be kept or read; nothing was half written. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly leaf: StoreLeaf;

  constructor(leaf: StoreLeaf, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.leaf = leaf;
  }
}
