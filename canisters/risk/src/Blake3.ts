/**
 * BLAKE3 (the BLAKE3 paper, version 1.0; unkeyed, keyed and derived-key mode). Hashing would be most of what a record
 * costs: a block of 64 bytes takes QuickJS 0.4 M instructions (SHA-256 0.6 M, the general-purpose library 3 M). The canister
 * has `compress` compiled to WebAssembly.
 */

const BLOCK_BYTES = 64;
const BLOCK_WORDS = 16;
const CHUNK_BYTES = 1024;
/** Blocks of a chunk. */
const CHUNK_BLOCKS = 16;

const ROUNDS = 7;

const CHUNK_START = 1;
const CHUNK_END = 2;
const PARENT = 4;
const ROOT = 8;
const KEYED_HASH = 16;
const DERIVE_KEY_MATERIAL = 64;
/** One block that is all of the input. */
const ALONE = CHUNK_START | CHUNK_END | ROOT;

/** The first 32 bits of the fractional parts of the square roots of the first 8 primes. */
const IV = new Int32Array([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** The chaining value that the compression works on: one for all, because nothing here is called within itself. */
const cv = new Int32Array(8);
const block = new Int32Array(BLOCK_WORDS);
const blockBytes = new Uint8Array(block.buffer);

/** BLAKE3 of the bytes: 32 bytes. */
export function blake3(bytes: Uint8Array): Uint8Array {
  const chunks = bytes.length <= CHUNK_BYTES ? 1 : Math.ceil(bytes.length / CHUNK_BYTES);
  // Zeros after the end pad the last block; words are little-endian, as WebAssembly's memory is.
  const padded = new Uint8Array(
    bytes.length === 0 ? BLOCK_BYTES : Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES,
  );
  padded.set(bytes);
  const words = new Int32Array(padded.buffer);
  if (chunks === 1) {
    hashChunk(words, 0, bytes.length, 0, ROOT);
    return digest();
  }
  // Chaining values of whole subtrees, the largest first: as many as the number of chunks so far has binary ones.
  const stack: Int32Array[] = [];
  for (let chunk = 0; chunk < chunks - 1; chunk++) {
    hashChunk(words, chunk * CHUNK_BLOCKS * BLOCK_WORDS, CHUNK_BYTES, chunk, 0);
    for (let total = chunk + 1; total % 2 === 0; total /= 2) hashParent(stack.pop()!, 0);
    stack.push(cv.slice());
  }
  const last = chunks - 1;
  hashChunk(words, last * CHUNK_BLOCKS * BLOCK_WORDS, bytes.length - last * CHUNK_BYTES, last, 0);
  while (stack.length > 0) hashParent(stack.pop()!, stack.length === 0 ? ROOT : 0);
  return digest();
}

/** BLAKE3 of at most 64 bytes, keyed with 32 bytes. */
export function keyedBlake3(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  cv.set(wordsOf(key));
  blockBytes.fill(0);
  blockBytes.set(bytes);
  compress(cv, block, 0, 0, bytes.length, KEYED_HASH | ALONE);
  return digest();
}

/** What {@link deriveFrom} starts with for a context, worked out beforehand: the context's own hash. */
export type Context = Int32Array;

/** BLAKE3's derived key of two times 32 bytes of material. */
export function deriveFrom(context: Context, left: Uint8Array, right: Uint8Array): Uint8Array {
  cv.set(context);
  blockBytes.set(left);
  blockBytes.set(right, 32);
  compress(cv, block, 0, 0, BLOCK_BYTES, DERIVE_KEY_MATERIAL | ALONE);
  return digest();
}

/** Leaves the chaining value of one chunk in `cv`. */
function hashChunk(words: Int32Array, start: number, length: number, counter: number, flags: number): void {
  cv.set(IV);
  let at = start;
  let first = CHUNK_START;
  let left = length;
  for (; left > BLOCK_BYTES; left -= BLOCK_BYTES) {
    compress(cv, words, at, counter, BLOCK_BYTES, first);
    at += BLOCK_WORDS;
    first = 0;
  }
  compress(cv, words, at, counter, left, first | CHUNK_END | flags);
}

/** Replaces `cv`, the right child, by the chaining value of its parent. */
function hashParent(left: Int32Array, flags: number): void {
  block.set(left);
  block.set(cv, 8);
  cv.set(IV);
  compress(cv, block, 0, 0, BLOCK_BYTES, PARENT | flags);
}

function digest(): Uint8Array {
  return new Uint8Array(cv.slice().buffer);
}

function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.slice().buffer);
}

/** Takes the 16 words at `at` into the chaining value. Between rounds the words of the message change places. */
// prettier-ignore
function compress(
  cv: Int32Array, words: Int32Array, at: number, counter: number, length: number, flags: number,
): void {
  const from = at | 0;
  let m0 = words[from]!, m1 = words[from + 1]!, m2 = words[from + 2]!, m3 = words[from + 3]!;
  let m4 = words[from + 4]!, m5 = words[from + 5]!, m6 = words[from + 6]!, m7 = words[from + 7]!;
  let m8 = words[from + 8]!, m9 = words[from + 9]!, m10 = words[from + 10]!, m11 = words[from + 11]!;
  let m12 = words[from + 12]!, m13 = words[from + 13]!, m14 = words[from + 14]!, m15 = words[from + 15]!;
  let v0 = cv[0]!, v1 = cv[1]!, v2 = cv[2]!, v3 = cv[3]!;
  let v4 = cv[4]!, v5 = cv[5]!, v6 = cv[6]!, v7 = cv[7]!;
  let v8 = 1779033703, v9 = -1150833019, v10 = 1013904242, v11 = -1521486534;
  let v12 = counter | 0, v13 = 0, v14 = length | 0, v15 = flags | 0;
  let t: number;
  for (let round = 1; ; round++) {
    // Columns, then diagonals.
    v12 = ((t = v12 ^ (v0 = (v0 + v4 + m0) | 0)) << 16) | (t >>> 16); v4 = ((t = v4 ^ (v8 = (v8 + v12) | 0)) << 20) | (t >>> 12); v12 = ((t = v12 ^ (v0 = (v0 + v4 + m1) | 0)) << 24) | (t >>> 8); v4 = ((t = v4 ^ (v8 = (v8 + v12) | 0)) << 25) | (t >>> 7);
    v13 = ((t = v13 ^ (v1 = (v1 + v5 + m2) | 0)) << 16) | (t >>> 16); v5 = ((t = v5 ^ (v9 = (v9 + v13) | 0)) << 20) | (t >>> 12); v13 = ((t = v13 ^ (v1 = (v1 + v5 + m3) | 0)) << 24) | (t >>> 8); v5 = ((t = v5 ^ (v9 = (v9 + v13) | 0)) << 25) | (t >>> 7);
    v14 = ((t = v14 ^ (v2 = (v2 + v6 + m4) | 0)) << 16) | (t >>> 16); v6 = ((t = v6 ^ (v10 = (v10 + v14) | 0)) << 20) | (t >>> 12); v14 = ((t = v14 ^ (v2 = (v2 + v6 + m5) | 0)) << 24) | (t >>> 8); v6 = ((t = v6 ^ (v10 = (v10 + v14) | 0)) << 25) | (t >>> 7);
    v15 = ((t = v15 ^ (v3 = (v3 + v7 + m6) | 0)) << 16) | (t >>> 16); v7 = ((t = v7 ^ (v11 = (v11 + v15) | 0)) << 20) | (t >>> 12); v15 = ((t = v15 ^ (v3 = (v3 + v7 + m7) | 0)) << 24) | (t >>> 8); v7 = ((t = v7 ^ (v11 = (v11 + v15) | 0)) << 25) | (t >>> 7);
    v15 = ((t = v15 ^ (v0 = (v0 + v5 + m8) | 0)) << 16) | (t >>> 16); v5 = ((t = v5 ^ (v10 = (v10 + v15) | 0)) << 20) | (t >>> 12); v15 = ((t = v15 ^ (v0 = (v0 + v5 + m9) | 0)) << 24) | (t >>> 8); v5 = ((t = v5 ^ (v10 = (v10 + v15) | 0)) << 25) | (t >>> 7);
    v12 = ((t = v12 ^ (v1 = (v1 + v6 + m10) | 0)) << 16) | (t >>> 16); v6 = ((t = v6 ^ (v11 = (v11 + v12) | 0)) << 20) | (t >>> 12); v12 = ((t = v12 ^ (v1 = (v1 + v6 + m11) | 0)) << 24) | (t >>> 8); v6 = ((t = v6 ^ (v11 = (v11 + v12) | 0)) << 25) | (t >>> 7);
    v13 = ((t = v13 ^ (v2 = (v2 + v7 + m12) | 0)) << 16) | (t >>> 16); v7 = ((t = v7 ^ (v8 = (v8 + v13) | 0)) << 20) | (t >>> 12); v13 = ((t = v13 ^ (v2 = (v2 + v7 + m13) | 0)) << 24) | (t >>> 8); v7 = ((t = v7 ^ (v8 = (v8 + v13) | 0)) << 25) | (t >>> 7);
    v14 = ((t = v14 ^ (v3 = (v3 + v4 + m14) | 0)) << 16) | (t >>> 16); v4 = ((t = v4 ^ (v9 = (v9 + v14) | 0)) << 20) | (t >>> 12); v14 = ((t = v14 ^ (v3 = (v3 + v4 + m15) | 0)) << 24) | (t >>> 8); v4 = ((t = v4 ^ (v9 = (v9 + v14) | 0)) << 25) | (t >>> 7);
    if (round === ROUNDS) break;
    t = m0; m0 = m2; m2 = m3; m3 = m10; m10 = m12; m12 = m9; m9 = m11; m11 = m5; m5 = t;
    t = m1; m1 = m6; m6 = m4; m4 = m7; m7 = m13; m13 = m14; m14 = m15; m15 = m8; m8 = t;
  }
  cv[0] = v0 ^ v8;
  cv[1] = v1 ^ v9;
  cv[2] = v2 ^ v10;
  cv[3] = v3 ^ v11;
  cv[4] = v4 ^ v12;
  cv[5] = v5 ^ v13;
  cv[6] = v6 ^ v14;
  cv[7] = v7 ^ v15;
}
