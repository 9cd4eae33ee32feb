import { Principal } from '@icp-sdk/core/principal';
import { requestIdOf, type CallRequest } from '../src/CallRequest.ts';
import { encodeBlob } from '../src/CandidBlob.ts';
import type { Receipt } from '../src/Receipt.ts';
import { answerTree, certify, delegate, replied, subnetKey, type Delegation, type Tree } from './MiniIc.ts';

export const ROOT = subnetKey('root');
export const SUBNET = subnetKey('application');
export const CANISTER = Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 1, 0x20, 0, 7, 1, 1));
export const RANGE = [
  Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 1, 0x20, 0, 0, 1, 1)),
  Principal.fromUint8Array(Uint8Array.of(0, 0, 0, 0, 1, 0x2f, 0xff, 0xff, 1, 1)),
] as const;
export const NOW_MS = 1_760_000_000_000;
export const NOW_NS = BigInt(NOW_MS) * 1_000_000n;
export const REPLY = encodeBlob(Uint8Array.of(1, 2, 3));

export const REQUEST_WITHOUT_NONCE: CallRequest = {
  requestType: 'call',
  canisterId: CANISTER,
  methodName: 'observe',
  arg: encodeBlob(Uint8Array.from({ length: 40 }, (_, i) => i)),
  sender: Principal.selfAuthenticating(Uint8Array.of(9, 9, 9)),
  ingressExpiry: NOW_NS + 240_000_000_000n,
};
export const REQUEST: CallRequest = {
  ...REQUEST_WITHOUT_NONCE,
  nonce: Uint8Array.from({ length: 16 }, (_, i) => 255 - i),
};

export const DELEGATION: Delegation = delegate(ROOT, SUBNET, {
  ranges: [RANGE],
  timeNs: NOW_NS - 86_400_000_000_000n,
});

/** A receipt certified directly by the root key. */
export function receiptOf(
  status: Tree = replied(REPLY),
  timeNs: bigint = NOW_NS,
  request = REQUEST,
): Receipt {
  return {
    version: 1,
    certificate: certify(answerTree(requestIdOf(request), status, timeNs), ROOT),
    request,
  };
}

/** A receipt certified by a subnet to which the root delegates. */
export function delegatedReceiptOf(delegation: Delegation = DELEGATION, request = REQUEST): Receipt {
  const tree = answerTree(requestIdOf(request), replied(REPLY), NOW_NS);
  return { version: 1, certificate: certify(tree, SUBNET, delegation), request };
}
