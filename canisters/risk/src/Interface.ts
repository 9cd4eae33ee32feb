import { candidTypes } from './CandidTypes.ts';
import { IDL, msgArgData, msgReply, trap } from './Platform.js';

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

/** Runs a method through the general Candid coder: for what is not called often. */
export function performCandid(method: string, run: (...args: never[]) => unknown): void {
  const [parameters, result] = signatureOf(method);
  let reply: Uint8Array;
  try {
    const args = IDL.decode(parameters, msgArgData()) as unknown as never[];
    reply = IDL.encode([result], [run(...args)]);
  } catch (error) {
    return trap(`risk canister, ${method}: ${error instanceof Error ? error.message : String(error)}`);
  }
  msgReply(reply);
}
