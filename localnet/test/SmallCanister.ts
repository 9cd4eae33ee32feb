import { code, op } from './Assembler.ts';
import { canister, put, reply } from './TestCanister.ts';

/** Candid of `()` followed by nothing: the smallest reply that every client decodes. */
const EMPTY_CANDID = Uint8Array.of(0x44, 0x49, 0x44, 0x4c, 0, 0);
const REPLY_AT = 64;

/** A canister that does next to nothing, so that what is measured is everything around it. */
export const SMALL_CANISTER: Uint8Array = canister(
  [
    {
      name: 'canister_update count',
      body: (indexOf) =>
        code(
          put(0, op.i32(0), op.i32Load(), op.i32(1), op.i32Add),
          reply(indexOf, REPLY_AT, EMPTY_CANDID.length),
        ),
    },
    { name: 'canister_query nothing', body: (indexOf) => reply(indexOf, REPLY_AT, EMPTY_CANDID.length) },
  ],
  { data: [{ offset: REPLY_AT, bytes: EMPTY_CANDID }] },
);
