import type { RunStatus } from '../run/RunStatus.ts';

/** What a one-shot command asks the running agent for, one JSON object a line over a socket in the state directory. */
export type Ask =
  | { readonly do: 'status' }
  | { readonly do: 'enter'; readonly side: 1 | -1; readonly notionalUsdt: number }
  | { readonly do: 'halt' }
  | { readonly do: 'flatten' };

export type Reply =
  | { readonly ok: true; readonly status: RunStatus; readonly result?: unknown }
  | { readonly ok: false; readonly kind: 'request' | 'temporary' | 'internal'; readonly message: string };

/** The socket's name in the state directory, which is its user's alone. */
export const SOCKET_NAME = 'agent.sock';
/** A line longer than this is no question of ours. */
export const MAX_LINE = 65_536;

/** @throws RangeError with what was expected */
export function readAsk(line: string): Ask {
  const value = JSON.parse(line) as Partial<Record<string, unknown>>;
  switch (value['do']) {
    case 'status':
    case 'halt':
    case 'flatten':
      return { do: value['do'] };
    case 'enter': {
      const { side, notionalUsdt } = value;
      if (side !== 1 && side !== -1) throw new RangeError('expected side 1 or -1');
      if (typeof notionalUsdt !== 'number' || !(notionalUsdt > 0) || !Number.isFinite(notionalUsdt))
        throw new RangeError('expected notionalUsdt above 0');
      return { do: 'enter', side, notionalUsdt };
    }
    default:
      throw new RangeError('expected do to be status, enter, halt or flatten');
  }
}
