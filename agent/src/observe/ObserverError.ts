export type ObserverLeaf =
  | 'history-needed' // nothing was relayed yet, or more bars were missed than one observation carries
  | 'history-short'; // the venue has too few bars to warm a feed

/** No observation or history could be put together; nothing was remembered of the attempt. */
export class ObserverError extends Error {
  override readonly name = 'ObserverError';
  readonly leaf: ObserverLeaf;

  constructor(leaf: ObserverLeaf, message: string) {
    super(message);
    this.leaf = leaf;
  }
}
