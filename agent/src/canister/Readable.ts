import { IDL } from '@icp-sdk/core/candid';
import type { Principal } from '@icp-sdk/core/principal';

/*
 * Candid types together with what is made of their values, so that a record is described once: names as TypeScript has
 * them, whole numbers as numbers, principals as bytes, nothing as null.
 */

/** A Candid type and how a value of it is read. */
export interface Readable<T> {
  readonly type: IDL.Type;
  readonly read: (value: unknown) => T;
}

/** What a type's values are read as. */
export type ReadAs<R> = R extends Readable<infer T> ? T : never;

type Camel<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Name;

type Fields = Readonly<Record<string, Readable<unknown>>>;
type RecordOf<F extends Fields> = { readonly [Name in keyof F & string as Camel<Name>]: ReadAs<F[Name]> };

const asItIs = <T>(type: IDL.Type): Readable<T> => ({ type, read: (value) => value as T });
const asNumber = (type: IDL.Type): Readable<number> => ({ type, read: Number });

export const text = asItIs<string>(IDL.Text);
export const bool = asItIs<boolean>(IDL.Bool);
export const double = asItIs<number>(IDL.Float64);
export const nat8 = asItIs<number>(IDL.Nat8);
export const nat32 = asItIs<number>(IDL.Nat32);
/** Counters and milliseconds: below 2^53 for as long as anyone lives. */
export const nat64 = asNumber(IDL.Nat64);
export const int64 = asNumber(IDL.Int64);
/** 1 long, -1 short, 0 neither. */
export const side = asItIs<1 | -1 | 0>(IDL.Int8);
export const blob: Readable<Uint8Array> = {
  type: IDL.Vec(IDL.Nat8),
  read: (value) => Uint8Array.from(value as Uint8Array | number[]),
};
export const principal: Readable<Uint8Array> = {
  type: IDL.Principal,
  read: (value) => (value as Principal).toUint8Array(),
};

export function list<T>(of: Readable<T>): Readable<readonly T[]> {
  return { type: IDL.Vec(of.type), read: (value) => Array.from(value as unknown[], of.read) };
}

export function optional<T>(of: Readable<T>): Readable<T | null> {
  const read = ([value]: [] | [unknown]): T | null => (value === undefined ? null : of.read(value));
  return { type: IDL.Opt(of.type), read: (value) => read(value as [] | [unknown]) };
}

export function record<F extends Fields>(fields: F): Readable<RecordOf<F>> {
  const each = Object.entries(fields);
  const plain = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return {
    type: IDL.Record(Object.fromEntries(each.map(([name, { type }]) => [name, type]))),
    read: (value) => {
      const row = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        each.map(([name, { read }]) => [plain(name), read(row[name])]),
      ) as RecordOf<F>;
    },
  };
}
