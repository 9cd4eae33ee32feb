/** What the address of a stream connection says. */
export interface StreamPath {
  readonly combined: boolean;
  /** Streams, listen keys among them, that are followed from the beginning. */
  readonly names: readonly string[];
}

/**
 * Reads the address of a stream connection: `/ws/<name>/…`, `/stream?streams=<name>/…`, either under `/public`,
 * `/market` or `/private` too, where a bare number only tells connections apart. undefined when it is none.
 */
export function readStreamPath(url: string): StreamPath | undefined {
  const [path = '', query = ''] = url.split('?', 2);
  const match = /^(?:\/(?:public|market|private))?\/(ws|stream)((?:\/[^/]+)*)\/?$/.exec(path);
  if (match === null) return undefined;
  const [, kind, rest = ''] = match;
  const combined = kind === 'stream';
  const parameters = new URLSearchParams(query);
  const listed = combined ? (parameters.get('streams') ?? '') : decoded(rest);
  if (listed === undefined) return undefined;
  const names = listed.split('/').filter((name) => name !== '' && !/^\d+$/.test(name));
  const listenKey = parameters.get('listenKey');
  return { combined, names: [...names, ...(listenKey === null || listenKey === '' ? [] : [listenKey])] };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
