import { principalText } from './CanisterId.ts';
import type { PrincipalBytes, Reject, RejectCode } from './Subnet.types.ts';

/** The replica's error codes that this runtime gives, each with the reject code it travels under. */
export const ERROR = {
  canisterIdInUse: ['IC0205', 5],
  outOfCycles: ['IC0207', 2],
  canisterNotFound: ['IC0301', 3],
  tooFewCyclesToCreate: ['IC0402', 4],
  rejectedByCanister: ['IC0406', 4],
  unknownMethodOfManagement: ['IC0407', 3],
  badPayload: ['IC0408', 4],
  trapped: ['IC0502', 5],
  calledTrap: ['IC0503', 5],
  contractViolation: ['IC0504', 5],
  invalidModule: ['IC0505', 5],
  didNotReply: ['IC0506', 5],
  outOfMemory: ['IC0507', 5],
  stopped: ['IC0508', 5],
  stopping: ['IC0509', 5],
  notStopped: ['IC0510', 5],
  stopCancelled: ['IC0511', 4],
  notController: ['IC0512', 5],
  notEmpty: ['IC0514', 5],
  callGraphLoop: ['IC0517', 5],
  instructionLimit: ['IC0522', 5],
  callGraphTooDeep: ['IC0525', 5],
  callGraphInstructionLimit: ['IC0526', 5],
  compositeQueryInReplicatedMode: ['IC0527', 5],
  methodNotFound: ['IC0536', 5],
  noModule: ['IC0537', 5],
  wasmMemoryLimit: ['IC0539', 5],
} as const satisfies Record<string, readonly [string, RejectCode]>;

export type ErrorName = keyof typeof ERROR;

export function reject(name: ErrorName, rejectMessage: string): Reject {
  const [errorCode, rejectCode] = ERROR[name];
  return { rejectCode, rejectMessage, errorCode };
}

/** Thrown by the system API, through the canister's frames, to end a message; its effects are undone. */
export class CanisterTrap extends Error {
  override readonly name = 'CanisterTrap';
  readonly error: ErrorName;

  constructor(error: ErrorName, message: string) {
    super(message);
    this.error = error;
  }
}

/** The trap of a canister whose heap outgrew its `wasm_memory_limit`, in the replica's words. */
export function heapLimitTrap(limit: bigint, bytes: number): CanisterTrap {
  return new CanisterTrap(
    'wasmMemoryLimit',
    `Canister exceeded its current Wasm memory limit of ${limit} bytes. The peak Wasm memory usage was ${bytes} bytes. ` +
      'If the canister reaches 4GiB, then it may stop functioning and may become unrecoverable. ' +
      'Please reach out to the canister owner to investigate the reason for the increased memory usage. ' +
      'It might be necessary to move data from the Wasm memory to the stable memory. ' +
      'If such high Wasm memory usage is expected and safe, then the developer can increase the Wasm memory limit ' +
      'in the canister settings.',
  );
}

/** A trap as its caller sees it. */
export function rejectOfTrap(canisterId: PrincipalBytes, trap: CanisterTrap): Reject {
  return reject(trap.error, `Error from Canister ${principalText(canisterId)}: ${trap.message}`);
}

/** A management call that is refused; nothing of it was done. */
export class ManagementError extends Error {
  override readonly name = 'ManagementError';
  readonly reject: Reject;

  constructor(rejected: Reject) {
    super(rejected.rejectMessage);
    this.reject = rejected;
  }
}
