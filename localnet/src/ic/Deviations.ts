/** What this network does otherwise than the Internet Computer, or not at all; shown where it is started. */
export const DEVIATIONS: readonly string[] = [
  'One subnet of one node: no consensus, and certificates carry neither a delegation nor a threshold signature.',
  'Cycles are charged as on 13 nodes, but nonces, uploaded chunks and reserved storage cost nothing, and cycles can be made at will.',
  'Instructions are counted as the replica does; heap pages a message touches and compilation are not charged.',
  'The bits of floating-point NaNs are those of this machine and are not made canonical.',
  'The memory limit of the settings ends a message when it has run, not in the instruction that grew the memory.',
  'The least cycles of an incoming call are not enforced; allocations are charged but guarantee nothing.',
  "The stack of a canister is that of this process, not a replica's.",
  'All canisters run on one thread; queues have no bounds, and best-effort calls never time out.',
  'A composite query may not call a canister that waits for its answer, and a trap in one of its callbacks ends it.',
  'Changes a module makes to its tables outlive the message; 64-bit memories and keeping the heap over an upgrade are refused.',
  'Modules that ask for the root key, the subnet id, or the price of HTTP requests or signatures are refused.',
  'No HTTP gateway: http_request answers as a query, but no page of a canister opens in a browser, nor the Candid UI that icp deploy names.',
  'No snapshots, canister history, HTTP requests to the outside, threshold signatures or Bitcoin.',
  'What is kept on disk is up to a second old when the process is killed.',
  'Of the system canisters there are the cycles ledger, without a block log, allowances or minting, and the list of subnets; every account of the ledger begins with 1,000 T cycles.',
  'WebAuthn and canister signatures are not verified; the identity provider signs anybody in, with one principal for all applications.',
];
