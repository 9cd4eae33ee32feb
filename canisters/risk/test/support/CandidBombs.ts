/* Candid that says little and means much: what a decoder must not do just because a message says so. */

const MAGIC = [0x44, 0x49, 0x44, 0x4c];
const [NULL, RESERVED, EMPTY, NAT8, TEXT] = [0x7f, 0x70, 0x6f, 0x7b, 0x71];
const [OPT, VEC, RECORD] = [0x6e, 0x6d, 0x6c];
const TWO_THOUSAND_MILLION = [0x80, 0x80, 0x80, 0x80, 0x08];

/** A message of one argument of the first type in its table. */
function message(types: readonly (readonly number[])[], value: readonly number[]): Uint8Array {
  return Uint8Array.from([...MAGIC, types.length, ...types.flat(), 1, 0, ...value]);
}

/** Two fields of the next type in the table, and so on: a value of no bytes that is two to the power of the records. */
function doubling(records: number): Uint8Array {
  const types = Array.from({ length: records }, (_, i) => {
    const held = i === records - 1 ? NULL : i + 1;
    return [RECORD, 2, 0, held, 1, held];
  });
  return message(types, []);
}

function nested(form: number, depth: number): Uint8Array {
  return message([[form, 0]], new Array<number>(depth).fill(1));
}

/** What is said twice as often as it can be read, and as a field that a gateway might add. */
function inField(types: readonly (readonly number[])[], value: readonly number[]): Uint8Array {
  const shifted = types.map(([form, held]) => [form!, held! < 0x40 ? held! + 1 : held!]);
  return message([[RECORD, 1, 0, 1], ...shifted], value);
}

const HELD: readonly (readonly [string, number, readonly (readonly number[])[]])[] = [
  ['nulls', NULL, []],
  ['what is reserved', RESERVED, []],
  ['what cannot be', EMPTY, []],
  ['empty records', 1, [[RECORD, 0]]],
  ['bytes that do not follow', NAT8, []],
  ['texts that do not follow', TEXT, []],
];

export const BOMBS: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(
    HELD.map(([name, held, more]) => [
      `a vector of ${name}`,
      message([[VEC, held], ...more], TWO_THOUSAND_MILLION),
    ]),
  ),
  'a field that is a vector of nulls': inField([[VEC, NULL]], TWO_THOUSAND_MILLION),
  'records that double thirty times': doubling(30),
  'records that double as often as there are types': doubling(60),
  'a record that holds itself': message([[RECORD, 1, 0, 0]], []),
  'a vector that holds itself': message([[VEC, 0]], [...TWO_THOUSAND_MILLION, ...TWO_THOUSAND_MILLION]),
  'options in options': nested(OPT, 3_000),
  'vectors in vectors': nested(VEC, 3_000),
  'more types than there are': Uint8Array.from([...MAGIC, ...TWO_THOUSAND_MILLION, VEC, NULL]),
  'more arguments than there are': Uint8Array.from([...MAGIC, 0, ...TWO_THOUSAND_MILLION, NULL]),
  'a number without end': Uint8Array.from([...MAGIC, ...new Array<number>(3_000).fill(0x80)]),
  'a million bytes': message([[VEC, NAT8]], [0xc0, 0x84, 0x3d, ...new Array<number>(1_000_000).fill(0)]),
  'a million types': Uint8Array.from([...MAGIC, 0xc0, 0x84, 0x3d, ...new Array<number>(2_000_000).fill(OPT)]),
  nothing: new Uint8Array(0),
};
