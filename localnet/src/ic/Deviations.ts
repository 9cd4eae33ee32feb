/** What this network does otherwise than the Internet Computer, or not at all; shown where it is started. */
export const DEVIATIONS: readonly string[] = [
  'One subnet of one node: no consensus, and certificates carry neither a delegation nor a threshold signature.',
  'Execution, storage and messages cost no cycles and nothing is ever frozen; attached, deposited and burned cycles are real.',
  'Instructions are counted as the replica does; heap pages a message touches and compilation are not charged.',
  'The bits of floating-point NaNs are those of this machine and are not made canonical.',
  'Memory and compute allocations, memory limits, the least cycles of a call and the low-memory hook are not enforced.',
  "The stack of a canister is that of this process, not a replica's.",
  'All canisters run on one thread; queues have no bounds, and best-effort calls never time out.',
  'Heartbeats come once per batch of work, not once per second.',
  'Composite queries cannot call other canisters.',
  'Changes a module makes to its tables outlive the message; 64-bit memories and keeping the heap over an upgrade are refused.',
  'Modules that ask for the root key, the subnet id, or the price of HTTP requests or signatures are refused.',
  'No snapshots, canister history, HTTP requests to the outside, threshold signatures or Bitcoin.',
];
