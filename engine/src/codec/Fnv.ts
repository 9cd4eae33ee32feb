/** FNV-1a over bytes, 32 bits: a cheap fingerprint for caches and state comparison, never for proofs. */
export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) {
    hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  }
  return hash >>> 0;
}

/** FNV-1a over little-endian 32-bit words (the risk model's state hash); a ragged tail counts as zero-padded. */
export function fnv1aWords(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 4);
  let hash = 0x811c9dc5;
  for (let i = 0; i < whole; i += 4) {
    hash = Math.imul(hash ^ view.getUint32(i, true), 0x01000193);
  }
  if (whole < bytes.length) {
    let word = 0;
    for (let i = whole; i < bytes.length; i++) word |= bytes[i]! << ((i - whole) * 8);
    hash = Math.imul(hash ^ word, 0x01000193);
  }
  return hash >>> 0;
}
