/**
 * The content of a vector file, and its numbers and flags that nobody has read yet, by their place with every index left
 * open: what no adapter reads, no comparison can notice.
 */
export interface Watched {
  readonly content: unknown;
  readonly unread: () => readonly string[];
}

export function watched(content: unknown): Watched {
  const left = new Map<string, string>();
  return { content: watch(content, '', '', left), unread: () => [...new Set(left.values())] };
}

/** @param left the place of each leaf by its path. */
function watch(value: unknown, path: string, place: string, left: Map<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const below = new Map<string, unknown>();
  for (const [key, one] of Object.entries(value)) {
    const pathBelow = `${path}.${key}`;
    const placeBelow = Array.isArray(value) ? `${place}[]` : place === '' ? key : `${place}.${key}`;
    if (typeof one === 'number' || typeof one === 'boolean') left.set(pathBelow, placeBelow);
    below.set(key, watch(one, pathBelow, placeBelow, left));
  }
  return new Proxy(value, {
    get(target, key): unknown {
      if (typeof key !== 'string' || !below.has(key)) return Reflect.get(target, key);
      left.delete(`${path}.${key}`);
      return below.get(key);
    },
  });
}
