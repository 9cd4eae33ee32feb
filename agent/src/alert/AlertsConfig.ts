import { z } from 'zod';
import { readSecret } from '../credentials/Credentials.ts';
import { Alerter, type AlerterOptions, type Route } from './Alerter.ts';
import { emailSink } from './EmailSink.ts';
import { TELEGRAM_URL, telegramSink, unknownFields, webhookSink } from './HttpSink.ts';

const level = z.enum(['info', 'warning', 'alarm']);
/** Secrets are named here and kept elsewhere: in the variable, or in the private file that `NAME_FILE` names. */
const secretName = (usual: string) =>
  z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, 'expected the name of an environment variable, not the secret itself')
    .default(usual);

const template = z.string().superRefine((text, context) => {
  for (const name of unknownFields(text)) {
    context.addIssue({
      code: 'custom',
      message: `expected key, level, title, text, count, message or time in {{…}}, got ${name}`,
    });
  }
});

/** The section `alerts` of the configuration. */
export const AlertsConfig = z.strictObject({
  /** The same matter is told at most once in so long. */
  windowMinutes: z.number().min(1).max(1_440).default(10),
  perMinute: z.int().min(1).max(600).default(20),
  webhook: z
    .strictObject({
      urlFrom: secretName('PLIMSOLL_WEBHOOK_URL'),
      template: template.optional(),
      headers: z.record(z.string(), z.string()).default({}),
      least: level.default('warning'),
    })
    .optional(),
  telegram: z
    .strictObject({
      tokenFrom: secretName('PLIMSOLL_TELEGRAM_TOKEN'),
      chatId: z.union([z.string().min(1), z.int().transform(String)]),
      baseUrl: z.url().default(TELEGRAM_URL),
      least: level.default('warning'),
    })
    .optional(),
  email: z
    .strictObject({
      host: z.string().min(1),
      port: z.int().min(1).max(65_535).default(587),
      security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
      user: z.string().min(1).optional(),
      passwordFrom: secretName('PLIMSOLL_SMTP_PASSWORD'),
      from: z.string().min(3),
      to: z.array(z.string().min(3)).min(1).max(20),
      least: level.default('alarm'),
    })
    .refine(({ security, user }) => security !== 'none' || user === undefined, {
      message: 'expected no user where security is none: the password would cross the network as text',
      path: ['security'],
    })
    .optional(),
});

export type AlertsConfig = z.infer<typeof AlertsConfig>;

type Environment = Readonly<Record<string, string | undefined>>;

/** The sinks that a configuration names, with their secrets. @throws CredentialError */
export async function routesOf(
  config: AlertsConfig,
  environment: Environment = process.env,
): Promise<readonly Route[]> {
  const { webhook, telegram, email } = config;
  const routes: Route[] = [];
  if (webhook !== undefined) {
    const url = await readSecret(webhook.urlFrom, environment);
    const sink = webhookSink({ url, template: webhook.template ?? null, headers: webhook.headers });
    routes.push({ sink, least: webhook.least });
  }
  if (telegram !== undefined) {
    const token = await readSecret(telegram.tokenFrom, environment);
    routes.push({ sink: telegramSink({ ...telegram, token }), least: telegram.least });
  }
  if (email !== undefined) {
    const password = email.user === undefined ? null : await readSecret(email.passwordFrom, environment);
    routes.push({ sink: emailSink({ ...email, user: email.user ?? null, password }), least: email.least });
  }
  return routes;
}

/** @throws CredentialError */
export async function openAlerter(
  config: AlertsConfig,
  rest: Pick<AlerterOptions, 'onDelivery' | 'now'> = {},
): Promise<Alerter> {
  const { windowMinutes, perMinute } = config;
  return new Alerter({
    ...rest,
    routes: await routesOf(config),
    windowMs: windowMinutes * 60_000,
    perMinute,
  });
}
