import type { ByteReader } from './ByteReader.ts';
import { ByteWriter } from './ByteWriter.ts';
import { BULK, OP, readOperator } from './Operator.ts';
import type { Operator } from './Operator.ts';

/** Where the pass puts its own things in the module's index spaces. */
export interface MeteringIndices {
  /** Global holding the instructions left, i64. */
  readonly counterGlobal: number;
  /** Function `(i32) -> (i32)`: charges its argument and returns it. */
  readonly chargeFunction: number;
}

const GLOBAL_GET = 0x23;
const GLOBAL_SET = 0x24;
const I64_CONST = 0x42;
const I64_LT_S = 0x53;
const I64_SUB = 0x7d;
const EMPTY_BLOCK = 0x40;

// What happens at an insertion point.
const CHARGE_AND_CHECK = 0; // at entries that can be reached again: functions and loops
const CHARGE = 1; // at any other basic block
const CHARGE_SIZE = 2; // before a bulk instruction, by the size on the stack
const OMIT = 3; // an instruction left out

interface Point {
  readonly kind: number;
  readonly offset: number;
  /** Instructions of the basic block; for an omitted instruction, its length in bytes. */
  amount: number;
}

/**
 * Copies one function body into `out`, charging each basic block on entry to `counterGlobal`; at function entry and
 * loop heads the body traps (`unreachable`) once the counter is negative.
 * The algorithm is the replica's (see `Weights.ts`): a block ends at if, else, end, loop, br, br_if, br_table, return
 * and unreachable, but not at calls; a function costs one instruction even when empty.
 * `data.drop` and `elem.drop` are charged but left out: on the IC every message starts from a fresh instance, so a
 * drop never outlives its message, while here one instance serves many.
 * @param reader placed at the body's first byte after its size; read up to its end.
 */
export function meterBody(reader: ByteReader, indices: MeteringIndices, out: ByteWriter): void {
  const start = reader.offset;
  const groups = reader.u32();
  for (let i = 0; i < groups; i++) {
    reader.skipLeb();
    reader.skipLeb();
  }
  const points = insertionPoints(reader);

  let copied = start;
  for (const { kind, offset, amount } of points) {
    if (kind === CHARGE && amount === 0) continue;
    out.write(reader.bytes.subarray(copied, offset));
    copied = offset;
    if (kind === OMIT) {
      copied += amount;
      out.u8(OP.nop);
    } else if (kind === CHARGE_SIZE) {
      out.u8(OP.call);
      out.u32(indices.chargeFunction);
    } else {
      writeCharge(out, indices.counterGlobal, amount);
      if (kind === CHARGE_AND_CHECK) writeCheck(out, indices.counterGlobal);
    }
  }
  out.write(reader.bytes.subarray(copied, reader.end));
}

function insertionPoints(reader: ByteReader): Point[] {
  let block: Point = { kind: CHARGE_AND_CHECK, offset: reader.offset, amount: 1 };
  const points = [block];
  const operator: Operator = { opcode: 0, sub: -1, weight: 0 };
  while (!reader.done) {
    const at = reader.offset;
    readOperator(reader, operator);
    block.amount += operator.weight;
    switch (operator.opcode) {
      case OP.loop:
        points.push((block = { kind: CHARGE_AND_CHECK, offset: reader.offset, amount: 0 }));
        break;
      case OP.if:
      case OP.else:
      case OP.end:
      case OP.br:
      case OP.brIf:
      case OP.brTable:
      case OP.return:
      case OP.unreachable:
      case OP.returnCall:
      case OP.returnCallIndirect:
        points.push((block = { kind: CHARGE, offset: reader.offset, amount: 0 }));
        break;
      case OP.bulk:
        if (CHARGED_BY_SIZE.has(operator.sub)) points.push({ kind: CHARGE_SIZE, offset: at, amount: 0 });
        if (operator.sub === BULK.dataDrop || operator.sub === BULK.elemDrop) {
          points.push({ kind: OMIT, offset: at, amount: reader.offset - at });
        }
        break;
    }
  }
  return points;
}

const CHARGED_BY_SIZE: ReadonlySet<number> = new Set([
  BULK.memoryInit,
  BULK.memoryCopy,
  BULK.memoryFill,
  BULK.tableInit,
  BULK.tableCopy,
  BULK.tableFill,
]);

function writeCharge(out: ByteWriter, counter: number, amount: number): void {
  out.u8(GLOBAL_GET);
  out.u32(counter);
  out.u8(I64_CONST);
  out.sleb(amount);
  out.u8(I64_SUB);
  out.u8(GLOBAL_SET);
  out.u32(counter);
}

function writeCheck(out: ByteWriter, counter: number): void {
  out.u8(GLOBAL_GET);
  out.u32(counter);
  out.write([I64_CONST, 0, I64_LT_S, OP.if, EMPTY_BLOCK, OP.unreachable, OP.end]);
}

/** Body of the charge function: `counter -= size` (unsigned), trap when negative, return `size`. */
export function chargeFunctionBody(counterGlobal: number): Uint8Array {
  const body = new ByteWriter();
  body.u32(0);
  body.u8(GLOBAL_GET);
  body.u32(counterGlobal);
  body.write([0x20, 0, 0xad, I64_SUB, GLOBAL_SET]); // local.get 0, i64.extend_i32_u
  body.u32(counterGlobal);
  writeCheck(body, counterGlobal);
  body.write([0x20, 0, OP.end]);
  return body.finish();
}
