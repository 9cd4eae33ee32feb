import type { ByteReader } from './ByteReader.ts';
import { WasmError } from './WasmError.ts';
import { BULK_WEIGHTS, VECTOR_WEIGHTS, WEIGHTS } from './Weights.ts';

export const OP = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  bulk: 0xfc,
  vector: 0xfd,
} as const;

export const BULK = {
  memoryInit: 8,
  dataDrop: 9,
  memoryCopy: 10,
  memoryFill: 11,
  tableInit: 12,
  elemDrop: 13,
  tableCopy: 14,
  tableGrow: 15,
  tableSize: 16,
  tableFill: 17,
} as const;

/** One instruction, read. Reused between reads: a module has millions. */
export interface Operator {
  opcode: number;
  /** The number after a prefix byte, else -1. */
  sub: number;
  weight: number;
}

/** Reads one instruction and steps over its immediates. Throws `WasmError` on what this runtime does not know. */
export function readOperator(reader: ByteReader, into: Operator): void {
  const opcode = reader.u8();
  into.opcode = opcode;
  into.sub = -1;
  into.weight = WEIGHTS[opcode] ?? 1;
  if (opcode === OP.bulk) readBulk(reader, into);
  else if (opcode === OP.vector) readVector(reader, into);
  else skipImmediates(reader, opcode);
}

function skipImmediates(reader: ByteReader, opcode: number): void {
  if (opcode >= 0x45 && opcode <= 0xc4) return;
  if (opcode >= 0x28 && opcode <= 0x3e) return skipMemoryArgument(reader);
  switch (opcode) {
    case 0x00: // unreachable
    case 0x01: // nop
    case 0x05: // else
    case 0x0b: // end
    case 0x0f: // return
    case 0x1a: // drop
    case 0x1b: // select
    case 0xd1: // ref.is_null
      return;
    case 0x11: // call_indirect
    case 0x13: // return_call_indirect
      reader.skipLeb();
      return reader.skipLeb();
    case 0x0e: // br_table
    case 0x1c: {
      // select with types: a vector; br_table has a default label after its vector
      const count = reader.u32();
      for (let i = 0; i < count; i++) reader.skipLeb();
      if (opcode === OP.brTable) reader.skipLeb();
      return;
    }
    case 0x02: // block
    case 0x03: // loop
    case 0x04: // if
    case 0x0c: // br
    case 0x0d: // br_if
    case 0x10: // call
    case 0x12: // return_call
    case 0x20: // local.get … global.set, table.get, table.set
    case 0x21:
    case 0x22:
    case 0x23:
    case 0x24:
    case 0x25:
    case 0x26:
    case 0x3f: // memory.size
    case 0x40: // memory.grow
    case 0x41: // i32.const
    case 0x42: // i64.const
    case 0xd0: // ref.null
    case 0xd2: // ref.func
      return reader.skipLeb();
    case 0x43:
      return reader.skip(4);
    case 0x44:
      return reader.skip(8);
    default:
      throw new WasmError(
        `instruction 0x${opcode.toString(16)} at byte ${reader.offset - 1} is not supported`,
      );
  }
}

function skipMemoryArgument(reader: ByteReader): void {
  // Bit 6 of the alignment announces a memory index: several memories, which the IC refuses too.
  if (reader.u32() >= 64) throw new WasmError('more than one memory is not supported');
  reader.skipLeb();
}

function readBulk(reader: ByteReader, into: Operator): void {
  const sub = reader.u32();
  if (sub > BULK.tableFill) throw new WasmError(`instruction 0xfc ${sub} is not supported`);
  into.sub = sub;
  into.weight = BULK_WEIGHTS[sub] ?? 1;
  if (sub < BULK.memoryInit) return;
  reader.skipLeb();
  if (
    sub === BULK.memoryInit ||
    sub === BULK.memoryCopy ||
    sub === BULK.tableInit ||
    sub === BULK.tableCopy
  ) {
    reader.skipLeb();
  }
}

function readVector(reader: ByteReader, into: Operator): void {
  const sub = reader.u32();
  // From 256 on come the relaxed instructions, whose results depend on the machine.
  if (sub > 255) throw new WasmError(`relaxed vector instruction ${sub} is not deterministic and is refused`);
  into.sub = sub;
  into.weight = VECTOR_WEIGHTS[sub] ?? 1;
  if (sub <= 11 || (sub >= 84 && sub <= 93)) skipMemoryArgument(reader);
  if (sub === 12 || sub === 13) reader.skip(16);
  else if ((sub >= 21 && sub <= 34) || (sub >= 84 && sub <= 91)) reader.skip(1);
}
