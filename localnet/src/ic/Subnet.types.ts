/**
 * The seam between the runtime (which executes canisters) and the HTTP interface (which authenticates
 * requests and certifies answers). Neither imports the other's internals.
 */

/** A principal's raw bytes (0–29). */
export type PrincipalBytes = Uint8Array;

/** An authenticated ingress message or query, after envelope checks. */
export interface IngressMessage {
  /** 32 bytes, the representation-independent hash of the request's content. */
  readonly requestId: Uint8Array;
  readonly sender: PrincipalBytes;
  /** Target canister; `aaaaa-aa` (empty bytes) for the management canister. */
  readonly canisterId: PrincipalBytes;
  readonly method: string;
  readonly arg: Uint8Array;
}

/** Reject codes of the interface specification. */
export type RejectCode = 1 | 2 | 3 | 4 | 5;

export interface Reject {
  readonly rejectCode: RejectCode;
  readonly rejectMessage: string;
  /** For example `IC0503` (canister trapped). */
  readonly errorCode: string;
}

export type CallStatus =
  | { readonly status: 'received' }
  | { readonly status: 'processing' }
  | { readonly status: 'replied'; readonly reply: Uint8Array }
  | ({ readonly status: 'rejected' } & Reject);

export type QueryResult =
  { readonly status: 'replied'; readonly reply: Uint8Array } | ({ readonly status: 'rejected' } & Reject);

/** What the state tree shows of one canister. */
export interface CanisterView {
  readonly id: PrincipalBytes;
  readonly controllers: readonly PrincipalBytes[];
  /** SHA-256 of the installed module as it was uploaded (gzip bytes included); undefined when empty. */
  readonly moduleHash: Uint8Array | undefined;
  /** Up to 32 bytes, empty until set. */
  readonly certifiedData: Uint8Array;
  /** Custom sections `icp:public NAME` and `icp:private NAME` of the module. */
  readonly metadata: ReadonlyMap<string, { readonly isPublic: boolean; readonly content: Uint8Array }>;
}

export interface IngressRecord {
  readonly requestId: Uint8Array;
  readonly sender: PrincipalBytes;
  readonly canisterId: PrincipalBytes;
  readonly status: CallStatus;
  /** Increases whenever any status changes; lets the tree cache sub-trees. */
  readonly version: number;
}

/** Implemented by the runtime, used by the HTTP interface and by in-process tests. */
export interface Subnet {
  /** IC time of the latest round, nanoseconds since the epoch; never goes back. */
  timeNs(): bigint;
  /** `canister_inspect_message`, without effects. */
  inspect(message: IngressMessage): { readonly accepted: true } | ({ readonly accepted: false } & Reject);
  /** Queues an update. A request id seen before is not run again. */
  submit(message: IngressMessage): void;
  /** Runs a query (or composite query) and discards its effects. */
  query(message: IngressMessage): QueryResult;
  /** Executes rounds until no message and no due timer is left. Advances the time once per round. */
  run(): void;
  /** Called after every round, before any caller learns of its results; the place to certify. */
  onRound(listener: () => void): void;
  /** Bytes of the current certificate for a canister's certified data, handed to `ic0.data_certificate_copy` in queries. */
  setDataCertificateSource(source: (canisterId: PrincipalBytes) => Uint8Array): void;
  /** The id that the keys of whoever serves this subnet give it. */
  setSubnetId(id: PrincipalBytes): void;
  canister(id: PrincipalBytes): CanisterView | undefined;
  /** All canisters, sorted by id bytes. */
  canisters(): Iterable<CanisterView>;
  ingress(requestId: Uint8Array): IngressRecord | undefined;
  /** All remembered ingress records (they are forgotten 5 minutes after completion). */
  ingressRecords(): Iterable<IngressRecord>;
}
