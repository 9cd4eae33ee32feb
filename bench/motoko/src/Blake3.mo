import Prim "mo:⛔";

/// BLAKE3 of bytes in a region, as the log's heads want it. The rounds work on local variables, which the compiler keeps
/// unboxed; blocks are read from the region word by word.
module {
  let iv : [Nat32] = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];
  let chunkStart : Nat32 = 1;
  let chunkEnd : Nat32 = 2;
  let parent : Nat32 = 4;
  let root : Nat32 = 8;

  public type Chain = [var Nat32];

  func fresh() : Chain { Prim.Array_tabulateVar<Nat32>(8, func i { iv[i] }) };

  /// Takes the block of sixteen words at a place of the region into the chaining value.
  func compress(chain : Chain, room : Region, at : Nat64, counter : Nat32, length : Nat32, flags : Nat32) {
    var m0 = Prim.regionLoadNat32(room, at + 0);
    var m1 = Prim.regionLoadNat32(room, at + 4);
    var m2 = Prim.regionLoadNat32(room, at + 8);
    var m3 = Prim.regionLoadNat32(room, at + 12);
    var m4 = Prim.regionLoadNat32(room, at + 16);
    var m5 = Prim.regionLoadNat32(room, at + 20);
    var m6 = Prim.regionLoadNat32(room, at + 24);
    var m7 = Prim.regionLoadNat32(room, at + 28);
    var m8 = Prim.regionLoadNat32(room, at + 32);
    var m9 = Prim.regionLoadNat32(room, at + 36);
    var m10 = Prim.regionLoadNat32(room, at + 40);
    var m11 = Prim.regionLoadNat32(room, at + 44);
    var m12 = Prim.regionLoadNat32(room, at + 48);
    var m13 = Prim.regionLoadNat32(room, at + 52);
    var m14 = Prim.regionLoadNat32(room, at + 56);
    var m15 = Prim.regionLoadNat32(room, at + 60);
    var v0 = chain[0];
    var v1 = chain[1];
    var v2 = chain[2];
    var v3 = chain[3];
    var v4 = chain[4];
    var v5 = chain[5];
    var v6 = chain[6];
    var v7 = chain[7];
    var v8 : Nat32 = 0x6A09E667;
    var v9 : Nat32 = 0xBB67AE85;
    var v10 : Nat32 = 0x3C6EF372;
    var v11 : Nat32 = 0xA54FF53A;
    var v12 = counter;
    var v13 : Nat32 = 0;
    var v14 = length;
    var v15 = flags;
    var round : Nat32 = 0;
    loop {
      v0 := v0 +% v4 +% m0; v12 := (v12 ^ v0) <>> 16; v8 := v8 +% v12; v4 := (v4 ^ v8) <>> 12;
      v0 := v0 +% v4 +% m1; v12 := (v12 ^ v0) <>> 8; v8 := v8 +% v12; v4 := (v4 ^ v8) <>> 7;
      v1 := v1 +% v5 +% m2; v13 := (v13 ^ v1) <>> 16; v9 := v9 +% v13; v5 := (v5 ^ v9) <>> 12;
      v1 := v1 +% v5 +% m3; v13 := (v13 ^ v1) <>> 8; v9 := v9 +% v13; v5 := (v5 ^ v9) <>> 7;
      v2 := v2 +% v6 +% m4; v14 := (v14 ^ v2) <>> 16; v10 := v10 +% v14; v6 := (v6 ^ v10) <>> 12;
      v2 := v2 +% v6 +% m5; v14 := (v14 ^ v2) <>> 8; v10 := v10 +% v14; v6 := (v6 ^ v10) <>> 7;
      v3 := v3 +% v7 +% m6; v15 := (v15 ^ v3) <>> 16; v11 := v11 +% v15; v7 := (v7 ^ v11) <>> 12;
      v3 := v3 +% v7 +% m7; v15 := (v15 ^ v3) <>> 8; v11 := v11 +% v15; v7 := (v7 ^ v11) <>> 7;
      v0 := v0 +% v5 +% m8; v15 := (v15 ^ v0) <>> 16; v10 := v10 +% v15; v5 := (v5 ^ v10) <>> 12;
      v0 := v0 +% v5 +% m9; v15 := (v15 ^ v0) <>> 8; v10 := v10 +% v15; v5 := (v5 ^ v10) <>> 7;
      v1 := v1 +% v6 +% m10; v12 := (v12 ^ v1) <>> 16; v11 := v11 +% v12; v6 := (v6 ^ v11) <>> 12;
      v1 := v1 +% v6 +% m11; v12 := (v12 ^ v1) <>> 8; v11 := v11 +% v12; v6 := (v6 ^ v11) <>> 7;
      v2 := v2 +% v7 +% m12; v13 := (v13 ^ v2) <>> 16; v8 := v8 +% v13; v7 := (v7 ^ v8) <>> 12;
      v2 := v2 +% v7 +% m13; v13 := (v13 ^ v2) <>> 8; v8 := v8 +% v13; v7 := (v7 ^ v8) <>> 7;
      v3 := v3 +% v4 +% m14; v14 := (v14 ^ v3) <>> 16; v9 := v9 +% v14; v4 := (v4 ^ v9) <>> 12;
      v3 := v3 +% v4 +% m15; v14 := (v14 ^ v3) <>> 8; v9 := v9 +% v14; v4 := (v4 ^ v9) <>> 7;
      round += 1;
      if (round == 7) {
        chain[0] := v0 ^ v8;
        chain[1] := v1 ^ v9;
        chain[2] := v2 ^ v10;
        chain[3] := v3 ^ v11;
        chain[4] := v4 ^ v12;
        chain[5] := v5 ^ v13;
        chain[6] := v6 ^ v14;
        chain[7] := v7 ^ v15;
        return;
      };
      let t0 = m0; m0 := m2; m2 := m3; m3 := m10; m10 := m12; m12 := m9; m9 := m11; m11 := m5;
      m5 := t0;
      let t1 = m1; m1 := m6; m6 := m4; m4 := m7; m7 := m13; m13 := m14; m14 := m15; m15 := m8;
      m8 := t1;
    };
  };

  /// The chaining value of one chunk of at most 1,024 bytes; `last` is added to the flags of its last block.
  func chunk(room : Region, from : Nat64, length : Nat64, counter : Nat32, last : Nat32) : Chain {
    let chain = fresh();
    var at : Nat64 = 0;
    loop {
      let left = length - at;
      let start = if (at == 0) chunkStart else 0 : Nat32;
      if (left <= 64) {
        compress(chain, room, from + at, counter, Prim.nat64ToNat32(left), start | chunkEnd | last);
        return chain;
      };
      compress(chain, room, from + at, counter, 64, start);
      at += 64;
    };
  };

  func put(room : Region, at : Nat64, chain : Chain) {
    var i : Nat64 = 0;
    for (word in chain.vals()) { Prim.regionStoreNat32(room, at + i, word); i += 4 };
  };

  /// Hashes `length` bytes of the region from `from` on. Up to 128 bytes after them are written over.
  public func hash(room : Region, from : Nat64, length : Nat64) : Blob {
    let end = from + length;
    Prim.regionStoreBlob(room, end, zeros);
    let chain = if (length <= 1024) chunk(room, from, length, 0, root) else tree(room, from, length);
    put(room, end, chain);
    Prim.regionLoadBlob(room, end, 32);
  };

  let zeros : Blob = "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00";

  /// Chunks of a long input, joined two by two from the left.
  func tree(room : Region, from : Nat64, length : Nat64) : Chain {
    let count = (length + 1023) / 1024;
    let values = Prim.Array_tabulateVar<Chain>(Prim.nat64ToNat(count), func i {
      let n = Prim.natToNat64(i);
      let left = length - 1024 * n;
      chunk(room, from + 1024 * n, if (left < 1024) left else 1024, Prim.nat64ToNat32(n), 0);
    });
    join(room, from + length + 64, values, 0, values.size(), root);
  };

  /// The value of the chunks from `first` on: the left side is the largest power of two that leaves something.
  func join(room : Region, scratch : Nat64, values : [var Chain], first : Nat, count : Nat, last : Nat32) : Chain {
    if (count == 1) return values[first];
    var left = 1;
    while (2 * left < count) left *= 2;
    let a = join(room, scratch, values, first, left, 0);
    let b = join(room, scratch, values, first + left, count - left, 0);
    put(room, scratch, a);
    put(room, scratch + 32, b);
    let chain = fresh();
    compress(chain, room, scratch, 0, 64, parent | last);
    chain;
  };
};
