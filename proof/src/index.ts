export { requestIdOf, type CallRequest } from './CallRequest.ts';
export { decodeBlob, encodeBlob } from './CandidBlob.ts';
export { verifyReceipt, type CertifiedReply, type VerifyOptions } from './CertifiedReply.ts';
export { FetchError, type CallOutcome, type FetchFailure, type FetchLeaf } from './FetchError.ts';
export { fetchReceipt, refetchReceipt, type FetchOptions, type ReceiptCall } from './fetchReceipt.ts';
export { ENTER_MAX_AGE_MS, EXIT_MAX_AGE_MS, MAX_FUTURE_MS, type Freshness } from './Freshness.ts';
export {
  CertifiedRejection,
  ProofError,
  type ErrorKind,
  type ProofReason,
  type Rejection,
} from './ProofError.ts';
export { verifyHead, type CertifiedHead, type HeadProof } from './ProvenHead.ts';
export { decodeReceipt, encodeReceipt, MAX_RECEIPT_BYTES, RECEIPT_VERSION, type Receipt } from './Receipt.ts';
export { checkRootKey, mainnetRootKey, parseRootKey, ROOT_KEY_BYTES } from './RootKey.ts';
export type { BeforeSend } from './SentCalls.ts';
export { freshFor, isVerified, verifyReply, type Certified, type Verified } from './Verified.ts';
export { type ClockOptions, type TrustOptions } from './VerifyOptions.ts';
export { headHash } from './Witness.ts';
