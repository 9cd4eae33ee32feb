/** How an answer contradicts the owner's log or the question. */
export type LogLeaf =
  | 'unreadable' // certified bytes that are not an answer
  | 'wrong-owner'
  | 'wrong-method' // a record or tick that this method does not give
  | 'wrong-frame' // the record answers another frame
  | 'wrong-id' // the decision answers another observation or intent
  | 'passed' // an answer from before the newest record we hold
  | 'sequence-gap'
  | 'fork'; // two certified histories of one log

/** A certified answer that does not continue the log as we hold it. It must not be acted on. */
export class LogError extends Error {
  override readonly name = 'LogError';
  readonly leaf: LogLeaf;
  /** Sequence at which it shows. */
  readonly sequence: number;

  constructor(leaf: LogLeaf, sequence: number, message: string) {
    super(message);
    this.leaf = leaf;
    this.sequence = sequence;
  }
}
