import { createTransport } from 'nodemailer';
import type { Secret } from '../credentials/Secret.ts';
import { textOf } from './Alert.ts';
import { SinkError, type Sink } from './Sink.ts';

const TIMEOUT_MS = 20_000;

export interface EmailOptions {
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte (port 465), `starttls` demanded (587), or `none`, for a server on this machine. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string | null;
  readonly password: Secret | null;
  readonly from: string;
  readonly to: readonly string[];
}

export function emailSink(options: EmailOptions): Sink {
  const { host, port, security, user, password, from, to } = options;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // Neither a file nor an address of the message may be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === null ? {} : { auth: { user, pass: password?.reveal() ?? '' } }),
  });
  return {
    name: 'email',
    deliver: async (dispatch) => {
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: `[Plimsoll ${dispatch.level}] ${dispatch.title}${dispatch.count > 1 ? ` (${String(dispatch.count)} times)` : ''}`,
          text: textOf(dispatch),
          ...(dispatch.level === 'alarm' ? { priority: 'high' as const } : {}),
        });
      } catch (error) {
        throw sinkErrorOf(error);
      }
    },
  };
}

/** SMTP says itself whether trying again may help: 4yz may, 5yz does not. */
function sinkErrorOf(error: unknown): SinkError {
  const { responseCode, code } = error as { readonly responseCode?: number; readonly code?: string };
  if (code === 'ETLS') {
    return new SinkError(
      'expected the mail server to offer TLS, got none. Nothing was sent; check port and security.',
      false,
    );
  }
  if (responseCode !== undefined) {
    const isTemporary = responseCode < 500;
    return new SinkError(
      `expected the mail server to accept, got SMTP ${String(responseCode)}. ${isTemporary ? 'It is tried again.' : 'Check user, password and addresses.'}`,
      isTemporary,
    );
  }
  return new SinkError('expected an answer of the mail server, got none. Check host and port.', true);
}
