/** Up to so many bytes are compared as texts, which QuickJS makes and compares in a third of the time of a loop. */
const TEXT_BYTES = 1_024;

/** Bytes as a text of as many characters: a key of a map, or to compare. At most 1,024. */
export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  if (a.length <= TEXT_BYTES) return textOf(a) === textOf(b);
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
