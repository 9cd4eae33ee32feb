import { performRead } from './Call.ts';
import { candidTypes } from './CandidTypes.ts';
import { IDL } from './Platform.js';

const TYPES = candidTypes(IDL);

/** Parameters and result of the methods that do not take one frame and give one answer. */
const OTHERS: Readonly<Record<string, () => readonly [IDL.Type[], IDL.Type]>> = {
  head: () => [[IDL.Principal], IDL.Opt(TYPES.STANDING)],
  records: () => [[IDL.Principal, IDL.Nat64, IDL.Nat32], IDL.Opt(TYPES.PAGE)],
  kept: () => [[IDL.Principal], IDL.Opt(TYPES.KEPT)],
  state_part: () => [[IDL.Principal, IDL.Nat64, IDL.Nat8], IDL.Opt(TYPES.STATE_PART)],
  keeper: () => [[IDL.Principal], IDL.Opt(TYPES.BLOB)],
  agents: () => [[IDL.Principal], IDL.Vec(TYPES.AGENT_VIEW)],
  portfolio: () => [[IDL.Principal], IDL.Vec(TYPES.ACCOUNT_VIEW)],
  reports: () => [[IDL.Principal], IDL.Vec(TYPES.REPORT_VIEW)],
  set_policy: () => [[TYPES.POLICY_CHANGE], TYPES.POLICY_RESULT],
  policy: () => [[], TYPES.POLICY_VIEW],
  build_info: () => [[], TYPES.BUILD_INFO],
  http_request: () => [[TYPES.HTTP_REQUEST], TYPES.HTTP_RESPONSE],
};

/** A method's Candid parameters and result. */
export function signatureOf(method: string): readonly [IDL.Type[], IDL.Type] {
  return OTHERS[method]?.() ?? [[TYPES.BLOB], TYPES.BLOB];
}

/** Runs a read whose result the general Candid coder writes: for what is not called often. */
export function performCandidRead(method: string, read: (argument: Uint8Array) => unknown): void {
  performRead(method, (argument) => encodeResult(method, read(argument)));
}

/** A method's result in Candid. */
export function encodeResult(method: string, result: unknown): Uint8Array {
  return IDL.encode([signatureOf(method)[1]], [result]);
}
