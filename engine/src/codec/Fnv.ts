const PRIME = 0x01000193;

/** FNV-1a over bytes, 32 bits: a cheap fingerprint for caches and state comparison, never for proofs. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) {
    hash = Math.imul(hash ^ bytes[i]!, PRIME);
  }
  return hash >>> 0;
}

/** FNV-1a over little-endian 32-bit words (the risk model's state hash); a ragged tail counts as zero-padded. */
export function fnv1aWords(bytes: Uint8Array): number {
  const padded = new Uint8Array(bytes.length + (-bytes.length & 3));
  padded.set(bytes);
  // Every machine that runs this is little-endian, WebAssembly by definition.
  const words = new Int32Array(padded.buffer);
  const count = words.length;
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < count; i++) hash = Math.imul(hash ^ words[i]!, PRIME);
  return hash >>> 0;
}
