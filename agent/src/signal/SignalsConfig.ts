import { z } from 'zod';
import { CredentialError } from '../credentials/CredentialError.ts';
import { readSecret } from '../credentials/Credentials.ts';
import type { Secret } from '../credentials/Secret.ts';
import { isLoopback, type HttpServer } from '../http/HttpServer.ts';
import { openSignalServer, type SignalServerOptions } from './SignalServer.ts';

const MIN_LENGTH = 24;

/** The section `signals` of the configuration. */
export const SignalsConfig = z
  .strictObject({
    enabled: z.boolean().default(false),
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(9_465),
    /** Has to be said to listen on an address that others reach. */
    allowRemote: z.boolean().default(false),
    secretFrom: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]*$/, 'expected the name of an environment variable, not the secret itself')
      .default('PLIMSOLL_SIGNAL_SECRET'),
    /** Wished for where a signal names no size. */
    notionalUsdt: z.number().positive().optional(),
    maxNotionalUsdt: z.number().positive().default(1_000),
    maxAgeSeconds: z.number().min(5).max(3_600).default(60),
    perMinute: z.int().min(1).max(600).default(10),
  })
  .refine(({ host, allowRemote }) => isLoopback(host) || allowRemote, {
    message:
      'expected 127.0.0.1 or ::1; say allowRemote: true to listen where others reach, behind TLS of a proxy',
    path: ['host'],
  })
  .refine(({ notionalUsdt, maxNotionalUsdt }) => (notionalUsdt ?? 0) <= maxNotionalUsdt, {
    message: 'expected at most maxNotionalUsdt',
    path: ['notionalUsdt'],
  });

export type SignalsConfig = z.infer<typeof SignalsConfig>;

/**
 * Listens as configured; null where signals are not enabled.
 * @throws CredentialError
 */
export async function openSignals(
  config: SignalsConfig,
  symbol: string,
  rest: Pick<SignalServerOptions, 'accept' | 'onSignal' | 'now'>,
): Promise<HttpServer | null> {
  if (!config.enabled) return null;
  const { host, port, perMinute, notionalUsdt, maxNotionalUsdt, maxAgeSeconds, secretFrom } = config;
  return openSignalServer({
    ...rest,
    host,
    port,
    perMinute,
    secret: longEnough(secretFrom, await readSecret(secretFrom)),
    rules: {
      symbol,
      defaultNotionalUsdt: notionalUsdt ?? null,
      maxNotionalUsdt,
      maxAgeMs: maxAgeSeconds * 1_000,
    },
  });
}

/** It may be guessed at from outside, as often as the network allows. */
function longEnough(name: string, secret: Secret): Secret {
  const { length } = secret.reveal();
  if (length >= MIN_LENGTH) return secret;
  throw new CredentialError(
    'too-short',
    `expected ${name} to have at least ${String(MIN_LENGTH)} characters, got ${String(length)}. Make one with: openssl rand -hex 24`,
  );
}
