import { assemble, code, op } from '../Assembler.ts';
import type { Code, FunctionSource, IndexOf, ModuleSource } from '../Assembler.ts';

const IMPORTS = {
  accept_message: [[], []],
  certified_data_set: [['i32', 'i32'], []],
  data_certificate_copy: [['i32', 'i32', 'i32'], []],
  data_certificate_size: [[], ['i32']],
  debug_print: [['i32', 'i32'], []],
  msg_arg_data_copy: [['i32', 'i32', 'i32'], []],
  msg_arg_data_size: [[], ['i32']],
  msg_caller_copy: [['i32', 'i32', 'i32'], []],
  msg_caller_size: [[], ['i32']],
  msg_method_name_copy: [['i32', 'i32', 'i32'], []],
  msg_reply: [[], []],
  msg_reply_data_append: [['i32', 'i32'], []],
  trap: [['i32', 'i32'], []],
} as const;

/** Where the canister keeps things in its heap. */
const COUNTER = 0;
const NAME = 16;
const TRAP = 32;
const PRINCIPAL = 64;
const BUFFER = 65_536;
/** Enough for the largest argument that a replica takes. */
const PAGES = 64;
/** The first three letters of `closed`, and a zero, as they lie in the heap. */
const CLOSED = 0x6f6c63;

export const TRAP_MESSAGE = 'it trapped';
export const CANDID = 'service : {}';
/** What only controllers may read, under the name `secret`. */
export const SECRET = 'for controllers';

/**
 * A canister of a few hundred bytes that any replica takes, for asking a client or a replica questions: `echo` and
 * `echo_query` answer their argument, `inc` and `read` a counter (4 bytes, little-endian), `whoami` the caller's
 * principal, `certify` sets certified data, `certified` hands out its certificate, `print` logs its argument, `fail`
 * traps, and `closed` is refused at inspection.
 */
export function witnessCanister(): Uint8Array {
  const functions: FunctionSource[] = [
    method('update echo', (at) =>
      code(...takeArgument(at), ...reply(at, BUFFER, sys(at, 'msg_arg_data_size'))),
    ),
    method('query echo_query', (at) =>
      code(...takeArgument(at), ...reply(at, BUFFER, sys(at, 'msg_arg_data_size'))),
    ),
    method('update inc', (at) =>
      code(
        op.i32(COUNTER),
        op.i32(COUNTER),
        op.i32Load(),
        op.i32(1),
        op.i32Add,
        op.i32Store(),
        ...reply(at, COUNTER, op.i32(4)),
      ),
    ),
    method('query read', (at) => code(...reply(at, COUNTER, op.i32(4)))),
    method('query whoami', (at) =>
      code(
        op.i32(PRINCIPAL),
        op.i32(0),
        sys(at, 'msg_caller_size'),
        sys(at, 'msg_caller_copy'),
        ...reply(at, PRINCIPAL, sys(at, 'msg_caller_size')),
      ),
    ),
    method('update certify', (at) =>
      code(
        ...takeArgument(at),
        op.i32(BUFFER),
        sys(at, 'msg_arg_data_size'),
        sys(at, 'certified_data_set'),
        sys(at, 'msg_reply'),
      ),
    ),
    method('query certified', (at) =>
      code(
        op.i32(BUFFER),
        op.i32(0),
        sys(at, 'data_certificate_size'),
        sys(at, 'data_certificate_copy'),
        ...reply(at, BUFFER, sys(at, 'data_certificate_size')),
      ),
    ),
    method('update print', (at) =>
      code(
        ...takeArgument(at),
        op.i32(BUFFER),
        sys(at, 'msg_arg_data_size'),
        sys(at, 'debug_print'),
        sys(at, 'msg_reply'),
      ),
    ),
    method('query fail', (at) => code(op.i32(TRAP), op.i32(TRAP_MESSAGE.length), sys(at, 'trap'))),
    method('update closed', (at) => sys(at, 'msg_reply')),
    {
      name: 'canister_inspect_message',
      body: (at) =>
        code(
          op.i32(NAME),
          op.i32(0),
          // Three letters tell the methods apart, and none has fewer.
          op.i32(3),
          sys(at, 'msg_method_name_copy'),
          op.i32(NAME),
          op.i32Load(),
          op.i32(CLOSED),
          op.i32Sub,
          op.if,
          sys(at, 'accept_message'),
          op.end,
        ),
    },
  ];
  return assemble({
    imports: Object.entries(IMPORTS).map(([name, [params, results]]) => ({ name, params, results })),
    functions,
    memoryPages: PAGES,
    data: [{ offset: TRAP, bytes: utf8(TRAP_MESSAGE) }],
    custom: [
      { name: 'icp:public candid:service', content: utf8(CANDID) },
      { name: 'icp:private secret', content: utf8(SECRET) },
    ],
  } satisfies ModuleSource);
}

function method(name: string, body: (at: IndexOf) => Code): FunctionSource {
  return { name: `canister_${name}`, body };
}

function sys(at: IndexOf, name: keyof typeof IMPORTS): number[] {
  return op.call(at(name));
}

function takeArgument(at: IndexOf): Code[] {
  return [op.i32(BUFFER), op.i32(0), sys(at, 'msg_arg_data_size'), sys(at, 'msg_arg_data_copy')];
}

function reply(at: IndexOf, address: number, size: Code): Code[] {
  return [op.i32(address), size, sys(at, 'msg_reply_data_append'), sys(at, 'msg_reply')];
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
