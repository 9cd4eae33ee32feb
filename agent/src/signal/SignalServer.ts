import { RateLimiterMemory } from 'rate-limiter-flexible';
import { openHttpServer, type HttpServer, type Request, type Response } from '../http/HttpServer.ts';
import { SIGNATURE_HEADER } from './Authentication.ts';
import { SignalDesk, type DeskLeaf, type SignalDeskOptions, type Taken } from './SignalDesk.ts';

export interface SignalServerOptions extends SignalDeskOptions {
  readonly host: string;
  readonly port: number;
  /** Signals a minute of those who know the secret. */
  readonly perMinute: number;
  /** Sees every signal that was read, for log and metrics; never a payload. */
  readonly onSignal?: (taken: Taken) => void;
}

export const SIGNAL_PATH = '/v1/signal';
const MAX_BYTES = 4_096;
/** Wrong secrets a minute that are answered as such. */
const FAILURES_PER_MINUTE = 5;

const STATUS: Readonly<Record<DeskLeaf, number>> = {
  malformed: 400,
  'not-an-entry': 422,
  'wrong-symbol': 422,
  'too-large': 422,
  'no-size': 422,
  stale: 422,
  'from-the-future': 422,
  repeated: 409,
  starting: 503,
  full: 503,
};

/** Listens for signals. What it hands on are wishes to enter: nothing here knows what an order is. */
export function openSignalServer(options: SignalServerOptions): Promise<HttpServer> {
  const desk = new SignalDesk(options);
  const signals = new RateLimiterMemory({ points: options.perMinute, duration: 60 });
  const failures = new RateLimiterMemory({ points: FAILURES_PER_MINUTE, duration: 60 });
  const { host, port } = options;
  return openHttpServer({
    host,
    port,
    maxBytes: MAX_BYTES,
    handle: async (request) => {
      if (request.path !== SIGNAL_PATH) return problem(404, 'not-found', `expected ${SIGNAL_PATH}`);
      if (request.method !== 'POST') {
        return { ...problem(405, 'method', 'expected POST'), headers: { allow: 'POST' } };
      }
      const known = desk.authenticated(await request.body(), signatureOf(request));
      if (known === null) {
        return (await spend(failures))
          ? problem(401, 'unauthenticated', 'expected the shared secret or a signature made with it')
          : TOO_MANY;
      }
      if (!(await spend(signals))) return TOO_MANY;
      const taken = desk.take(known.payload);
      options.onSignal?.(taken);
      return responseOf(taken);
    },
  });
}

const TOO_MANY: Response = {
  ...problem(429, 'rate-limited', 'too many requests'),
  headers: { 'retry-after': '60' },
};

function responseOf(taken: Taken): Response {
  if (taken.kind === 'refused') return problem(STATUS[taken.leaf], taken.leaf, taken.message);
  const { intent, ignored } = taken;
  return {
    status: 202,
    body: {
      accepted: true,
      intent: Buffer.from(intent.id).toString('hex'),
      note: 'A wish to enter. Whether, how much and at which leverage is decided by the rules.',
      ...(ignored.length === 0
        ? {}
        : { ignored, ignoredBecause: 'not an input: how sure a signal is changes nothing' }),
    },
  };
}

function problem(status: number, error: string, message: string): Response {
  return { status, body: { accepted: false, error, message } };
}

function signatureOf({ headers }: Request): string | undefined {
  const value = headers[SIGNATURE_HEADER];
  return Array.isArray(value) ? value.join() : value;
}

async function spend(limiter: RateLimiterMemory): Promise<boolean> {
  try {
    await limiter.consume('all');
    return true;
  } catch {
    return false;
  }
}
