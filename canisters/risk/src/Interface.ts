import {
  ACCOUNT_VIEW,
  AGENT_VIEW,
  POLICY_CHANGE,
  POLICY_RESULT,
  POLICY_VIEW,
  REPORT_VIEW,
} from './ViewTypes.ts';
import { IDL, msgArgData, msgReply, trap } from './Platform.js';

const BLOB = IDL.Vec(IDL.Nat8);
const ENTRY = IDL.Record({ record: BLOB, frame: BLOB });
const PROOF = IDL.Record({ certificate: BLOB, witness: BLOB, newest: ENTRY });
const STANDING = IDL.Record({ records: IDL.Nat64, pending: IDL.Bool, proof: IDL.Opt(PROOF) });
const PAGE = IDL.Record({ entries: IDL.Vec(ENTRY), standing: STANDING });
const BUILD_INFO = IDL.Record({
  engine_version: IDL.Nat16,
  schema_version: IDL.Nat16,
  git_commit: IDL.Text,
  engine_hash: IDL.Text,
});
const HEADERS = IDL.Vec(IDL.Tuple(IDL.Text, IDL.Text));
const HTTP_REQUEST = IDL.Record({ method: IDL.Text, url: IDL.Text, headers: HEADERS, body: BLOB });
const HTTP_RESPONSE = IDL.Record({ status_code: IDL.Nat16, headers: HEADERS, body: BLOB });

/** Parameters and result of the methods that do not take one frame and give one answer. */
const OTHERS: Readonly<Record<string, readonly [IDL.Type[], IDL.Type]>> = {
  head: [[IDL.Principal], IDL.Opt(STANDING)],
  records: [[IDL.Principal, IDL.Nat64, IDL.Nat32], IDL.Opt(PAGE)],
  keeper: [[IDL.Principal], IDL.Opt(BLOB)],
  agents: [[IDL.Principal], IDL.Vec(AGENT_VIEW)],
  portfolio: [[IDL.Principal], IDL.Vec(ACCOUNT_VIEW)],
  reports: [[IDL.Principal], IDL.Vec(REPORT_VIEW)],
  set_policy: [[POLICY_CHANGE], POLICY_RESULT],
  policy: [[], POLICY_VIEW],
  build_info: [[], BUILD_INFO],
  http_request: [[HTTP_REQUEST], HTTP_RESPONSE],
};

/** A method's Candid parameters and result. */
export function signatureOf(method: string): readonly [IDL.Type[], IDL.Type] {
  return OTHERS[method] ?? [[BLOB], BLOB];
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
