import { textOf, type Dispatch } from './Alert.ts';
import { SinkError, type Sink } from './Sink.ts';
import type { Secret } from '../credentials/Secret.ts';

const TIMEOUT_MS = 10_000;
const MAX_RETRY_AFTER_MS = 60_000;
export const TELEGRAM_URL = 'https://api.telegram.org';
/** Telegram's own limit is 4,096 characters. */
const TELEGRAM_MAX_LENGTH = 4_000;

/** What a template may name; `{{text}}` is the whole message. */
const FIELDS = ['key', 'level', 'title', 'text', 'count', 'message', 'time'] as const;
type Field = (typeof FIELDS)[number];

export interface WebhookOptions {
  readonly url: Secret;
  /**
   * Body with `{{field}}` in it, for services that want another shape; JSON-escaped where it is filled in. By default
   * the alert as a JSON object.
   */
  readonly template: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Any service that takes a POST: Slack, Discord, ntfy, PagerDuty, one's own. */
export function webhookSink({ url, template, headers }: WebhookOptions): Sink {
  return {
    name: 'webhook',
    deliver: async (dispatch) => {
      const body =
        template === null ? JSON.stringify(fieldsOf(dispatch)) : filled(template, fieldsOf(dispatch));
      await post('the webhook', url.reveal(), body, { 'content-type': 'application/json', ...headers });
    },
  };
}

export interface TelegramOptions {
  readonly token: Secret;
  readonly chatId: string;
  /** Another server that speaks the bot interface. */
  readonly baseUrl: string;
}

export function telegramSink({ token, chatId, baseUrl }: TelegramOptions): Sink {
  return {
    name: 'telegram',
    deliver: async (dispatch) => {
      const text = textOf(dispatch).slice(0, TELEGRAM_MAX_LENGTH);
      const body = JSON.stringify({
        chat_id: chatId,
        text,
        disable_notification: dispatch.level === 'info',
        link_preview_options: { is_disabled: true },
      });
      const url = `${baseUrl.replace(/\/$/, '')}/bot${token.reveal()}/sendMessage`;
      await post('Telegram', url, body, { 'content-type': 'application/json' });
    },
  };
}

/** The names a template uses that there are not. */
export function unknownFields(template: string): readonly string[] {
  return [...template.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => !FIELDS.includes(name as Field));
}

function fieldsOf(dispatch: Dispatch): Record<Field, string | number> {
  const { key, level, title, text, count, raisedMs } = dispatch;
  return {
    key,
    level,
    title,
    text,
    count,
    message: textOf(dispatch),
    time: new Date(raisedMs).toISOString(),
  };
}

function filled(template: string, fields: Record<Field, string | number>): string {
  return template.replace(/\{\{\s*([^}]*?)\s*\}\}/g, (whole, name: string) =>
    name in fields ? JSON.stringify(String(fields[name as Field])).slice(1, -1) : whole,
  );
}

async function post(who: string, url: string, body: string, headers: Record<string, string>): Promise<void> {
  let answer: Response;
  try {
    // A redirect could carry the alert, and the token in its address, to another host.
    answer = await fetch(url, {
      method: 'POST',
      body,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === 'TimeoutError';
    throw new SinkError(
      `expected ${who} to answer, got ${isTimeout ? 'nothing in 10 s' : 'no connection'}.`,
      true,
    );
  }
  await answer.body?.cancel();
  if (answer.ok) return;
  const isTemporary = answer.status === 408 || answer.status === 429 || answer.status >= 500;
  const advice = isTemporary ? 'It is tried again.' : 'Check the address and the token.';
  throw new SinkError(
    `expected ${who} to accept, got HTTP ${String(answer.status)}. ${advice}`,
    isTemporary,
    retryAfterOf(answer),
  );
}

function retryAfterOf(answer: Response): number {
  const seconds = Number(answer.headers.get('retry-after') ?? 0);
  return seconds > 0 ? Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS) : 0;
}
