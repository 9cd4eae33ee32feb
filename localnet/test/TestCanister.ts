import { LocalSubnet } from '../src/ic/LocalSubnet.ts';
import type { LocalSubnetOptions } from '../src/ic/LocalSubnet.ts';
import { ManualClock } from '../src/ic/Clock.ts';
import { FREE } from '../src/ic/PriceList.ts';
import type { PrincipalBytes, QueryResult } from '../src/ic/Subnet.types.ts';
import { assemble, code, op } from './Assembler.ts';
import type { Code, FunctionSource, IndexOf, ModuleSource } from './Assembler.ts';

const SIGNATURES = {
  accept_message: [],
  call_cycles_add128: ['i64', 'i64'],
  call_data_append: ['i32', 'i32'],
  call_new: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
  call_on_cleanup: ['i32', 'i32'],
  call_perform: [[], ['i32']],
  canister_version: [[], ['i64']],
  certified_data_set: ['i32', 'i32'],
  cycles_burn128: ['i64', 'i64', 'i32'],
  data_certificate_copy: ['i32', 'i32', 'i32'],
  data_certificate_present: [[], ['i32']],
  data_certificate_size: [[], ['i32']],
  debug_print: ['i32', 'i32'],
  env_var_value_copy: ['i32', 'i32', 'i32', 'i32', 'i32'],
  global_timer_set: [['i64'], ['i64']],
  in_replicated_execution: [[], ['i32']],
  is_controller: [['i32', 'i32'], ['i32']],
  msg_arg_data_copy: ['i32', 'i32', 'i32'],
  msg_arg_data_size: [[], ['i32']],
  msg_caller_copy: ['i32', 'i32', 'i32'],
  msg_caller_size: [[], ['i32']],
  msg_cycles_accept128: ['i64', 'i64', 'i32'],
  msg_cycles_refunded128: ['i32'],
  msg_reject: ['i32', 'i32'],
  msg_reject_code: [[], ['i32']],
  msg_reject_msg_copy: ['i32', 'i32', 'i32'],
  msg_reject_msg_size: [[], ['i32']],
  msg_reply: [],
  msg_reply_data_append: ['i32', 'i32'],
  performance_counter: [['i32'], ['i64']],
  stable64_grow: [['i64'], ['i64']],
  stable64_read: ['i64', 'i64', 'i64'],
  stable64_size: [[], ['i64']],
  stable64_write: ['i64', 'i64', 'i64'],
  time: [[], ['i64']],
  trap: ['i32', 'i32'],
} as const;

type Name = keyof typeof SIGNATURES;

const IMPORTS = Object.entries(SIGNATURES).map(([name, signature]) => {
  const [params, results] = Array.isArray(signature[0]) ? signature : [signature, []];
  return { name, params, results } as NonNullable<ModuleSource['imports']>[number];
});

/** A call of the system API. */
export const sys = (indexOf: IndexOf, name: Name): number[] => op.call(indexOf(name));

/** Replies with bytes of the heap. */
export const reply = (indexOf: IndexOf, address: number, size: number): number[] =>
  code(op.i32(address), op.i32(size), sys(indexOf, 'msg_reply_data_append'), sys(indexOf, 'msg_reply'));

/** Puts the whole argument at an address. */
export const takeArgument = (indexOf: IndexOf, address: number): number[] =>
  code(op.i32(address), op.i32(0), sys(indexOf, 'msg_arg_data_size'), sys(indexOf, 'msg_arg_data_copy'));

/** `heap[address] = value`, 32 bits. */
export const put = (address: number, ...value: readonly Code[]): number[] =>
  code(op.i32(address), ...value, op.i32Store());

/** A canister of one page with all of `ic0` at hand. */
export function canister(functions: readonly FunctionSource[], more: Partial<ModuleSource> = {}): Uint8Array {
  return assemble({ imports: IMPORTS, functions, memoryPages: 1, ...more });
}

export const START_MS = Date.UTC(2026, 0, 1);

export interface TestSubnet {
  readonly subnet: LocalSubnet;
  readonly clock: ManualClock;
  /** Creates a canister and installs code; `()` as argument. */
  readonly deploy: (wasm: Uint8Array, arg?: Uint8Array) => PrincipalBytes;
}

/** A subnet whose clock stands still and where nothing costs cycles, so that a test's own cycles are all there are. */
export function testSubnet(options: Omit<LocalSubnetOptions, 'clock'> = {}): TestSubnet {
  const clock = new ManualClock(START_MS);
  const subnet = new LocalSubnet({ prices: FREE, ...options, clock });
  const deploy = (wasm: Uint8Array, arg?: Uint8Array) => {
    const id = subnet.createCanister();
    subnet.installCode(id, wasm, arg === undefined ? {} : { arg });
    return id;
  };
  return { subnet, clock, deploy };
}

/** The reply; throws with the reject when there is none. */
export function replyOf({ result }: { readonly result: QueryResult }): Uint8Array {
  if (result.status === 'replied') return result.reply;
  throw new Error(`rejected: ${result.errorCode} ${result.rejectMessage}`);
}

/** The reject; throws when there was a reply. */
export function rejectOf({ result }: { readonly result: QueryResult }): QueryResult & { status: 'rejected' } {
  if (result.status === 'rejected') return result;
  throw new Error('expected a reject, got a reply');
}

/** The n-th 32-bit word of a reply. */
export function word(bytes: Uint8Array, n = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4 * n, true);
}

export const NO_ARGUMENT = new Uint8Array(0);
