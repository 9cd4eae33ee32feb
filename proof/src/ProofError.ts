/** Why a proof was refused. Closed: a caller may switch over it exhaustively. */
export type ProofReason =
  | 'malformed' // not a receipt, certificate or Candid blob of the exact expected form
  | 'version' // a receipt of a version this code does not know
  | 'too-large'
  | 'options' // the verifier itself was asked something unsound
  | 'root-key' // the root key given is not a usable BLS public key in DER
  | 'signature' // no chain of signatures from the root key to this certificate
  | 'wrong-canister'
  | 'wrong-request'
  | 'witness' // no way from this head to the root that the canister certifies
  | 'no-reply' // the certificate shows no reply to this request
  | 'rejected' // the network certified that the call failed
  | 'too-old'
  | 'from-the-future';

/** Whose move it is: the caller's (`request`), nobody's but time's (`temporary`), ours (`internal`). */
export type ErrorKind = 'request' | 'temporary' | 'internal';

const TEMPORARY: ReadonlySet<ProofReason> = new Set(['no-reply', 'too-old', 'from-the-future']);

/** Something offered as evidence does not prove what was asked. The message says what to do. */
export class ProofError extends Error {
  override readonly name: string = 'ProofError';
  readonly reason: ProofReason;
  readonly kind: ErrorKind;

  constructor(reason: ProofReason, message: string, cause?: unknown, kind?: ErrorKind) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.kind = kind ?? (TEMPORARY.has(reason) ? 'temporary' : 'request');
  }
}

/** What the network certified about a call that failed. */
export interface Rejection {
  /** 1 system fatal, 2 system transient, 3 destination invalid, 4 canister reject, 5 canister error, 6 system unknown. */
  readonly rejectCode: number;
  readonly rejectMessage: string;
  /** The replica's own code, such as `IC0503`, where it gave one. */
  readonly errorCode?: string;
  /** Certificate time, nanoseconds since 1970-01-01 UTC. */
  readonly timeNs: bigint;
  readonly requestId: Uint8Array;
}

/** A *certified* failure: as well proven as a reply, so it may be relied upon. */
export class CertifiedRejection extends ProofError {
  override readonly name = 'CertifiedRejection';
  readonly rejection: Rejection;

  constructor(rejection: Rejection) {
    const { rejectCode, rejectMessage, errorCode } = rejection;
    super(
      'rejected',
      `Expected a reply; the network certified a rejection with code ${rejectCode}` +
        `${errorCode === undefined ? '' : ` (${errorCode})`}: ${rejectMessage}. ` +
        (rejectCode === 2
          ? 'It is transient: try again later.'
          : 'Correct the request before sending another.'),
      undefined,
      rejectCode === 2 ? 'temporary' : 'request',
    );
    this.rejection = rejection;
  }
}
