import { Principal } from '@dfinity/principal';
import type { RequestType } from './Envelope.ts';
import type { UrlTarget } from './EffectiveTarget.ts';
import { badRequest } from './HttpError.ts';

/** An endpoint of the IC's HTTPS interface. Versions differ only in how calls answer. */
export type Route =
  | { readonly kind: 'status' }
  | {
      readonly kind: RequestType;
      readonly target: UrlTarget;
      /** Whether a call waits for its certificate (v3 and later) or is only accepted (v2). */
      readonly isSync: boolean;
    };

const ENDPOINT = /^\/api\/(v[234])\/(canister|subnet)\/([^/]+)\/(query|call|read_state)$/;

/** Versions in which each endpoint exists. */
const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  'canister/query': ['v2', 'v3'],
  'canister/call': ['v2', 'v3', 'v4'],
  'canister/read_state': ['v2', 'v3'],
  'subnet/query': ['v3'],
  'subnet/call': ['v4'],
  'subnet/read_state': ['v2', 'v3'],
};

/**
 * The endpoint of a request path, or undefined where there is none.
 *
 * @throws HttpError 400 if the id in the path is not a principal
 */
export function parseRoute(path: string): Route | undefined {
  if (path === '/api/v2/status') return { kind: 'status' };
  const match = ENDPOINT.exec(path);
  if (match === null) return undefined;
  const [, version, targetKind, id, kind] = match as unknown as [
    string,
    string,
    UrlTarget['kind'],
    string,
    RequestType,
  ];
  if (!VERSIONS[`${targetKind}/${kind}`]!.includes(version)) return undefined;
  return { kind, target: { kind: targetKind, id: parsePrincipal(id) }, isSync: version !== 'v2' };
}

function parsePrincipal(text: string): Uint8Array {
  try {
    return Principal.fromText(text).toUint8Array();
  } catch {
    throw badRequest(`Expected a principal in the URL, got "${text}".`);
  }
}
