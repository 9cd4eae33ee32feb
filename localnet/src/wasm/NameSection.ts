import { ByteReader } from './ByteReader.ts';
import { OP } from './Operator.ts';
import { SECTION } from './Sections.ts';
import type { Sections } from './Sections.ts';
import { WasmError } from './WasmError.ts';

const FUNCTIONS = 1;

/** Names of functions by index, as compilers leave them for debuggers; none when the section is absent or broken. */
export function functionNames({ custom }: Sections): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const section = custom.find(({ name }) => name === 'name');
  if (section === undefined) return names;
  try {
    const reader = new ByteReader(section.content);
    while (!reader.done) {
      const id = reader.u8();
      const content = new ByteReader(reader.take(reader.u32()));
      if (id !== FUNCTIONS) continue;
      for (let left = content.u32(); left > 0; left--) names.set(content.u32(), content.name());
    }
  } catch (error) {
    // What is for debuggers must not keep a module from running.
    if (!(error instanceof WasmError)) throw error;
  }
  return names;
}

const I32_CONST = 0x41;

/** Functions of table 0 by their place in it, as far as its plain segments say. */
export function tableFunctions({ known }: Sections): ReadonlyMap<number, number> {
  const functions = new Map<number, number>();
  const content = known.get(SECTION.element);
  if (content === undefined) return functions;
  const reader = new ByteReader(content);
  for (let left = reader.u32(); left > 0; left--) {
    // Other kinds of segments do not come out of C; what follows one cannot be told apart.
    if (reader.u32() !== 0 || reader.u8() !== I32_CONST) return functions;
    const offset = reader.u32();
    if (reader.u8() !== OP.end) return functions;
    const count = reader.u32();
    for (let i = 0; i < count; i++) functions.set(offset + i, reader.u32());
  }
  return functions;
}
