import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Secret } from '../credentials/Secret.ts';
import type { Dispatch } from './Alert.ts';
import { emailSink, type EmailOptions } from './EmailSink.ts';
import { telegramSink, unknownFields, webhookSink } from './HttpSink.ts';
import type { Sink } from './Sink.ts';
import { httpServer, mailServer } from './testing/Servers.ts';

const DISPATCH: Dispatch = {
  key: 'canister-silent',
  level: 'alarm',
  title: 'The canister does not answer',
  text: 'No accepted answer for 61 s, said "nobody".',
  raisedMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  count: 7,
  withheld: 2,
};
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const opened = <T extends { close: () => Promise<void> }>(server: T): T => {
  closing.push(server.close);
  return server;
};
const failure = (sink: Sink) =>
  sink.deliver(DISPATCH).then(
    () => null,
    (error: unknown) => error as Error,
  );
const webhook = (url: string, template: string | null = null) =>
  webhookSink({ url: new Secret('url', url), template, headers: { 'x-mine': 'yes' } });

test('a webhook gets the alert as JSON, with count, time and the whole message', async () => {
  const server = opened(await httpServer());
  await webhook(`${server.url}/hook?token=hook-token`).deliver(DISPATCH);
  const [{ url, headers, body }] = server.received as [(typeof server.received)[0]];
  expect([url, headers['content-type'], headers['x-mine']]).toEqual([
    '/hook?token=hook-token',
    'application/json',
    'yes',
  ]);
  expect(JSON.parse(body)).toMatchObject({
    key: 'canister-silent',
    level: 'alarm',
    count: 7,
    time: '2026-01-02T03:04:05.000Z',
    message: expect.stringMatching(
      /^ALARM: The canister.*\n.*\n7 times .*\n2 other .*\n2026-01-02 03:04:05 UTC$/,
    ) as string,
  });
});

test('a template is filled in so that JSON stays JSON, whatever the text holds', async () => {
  const server = opened(await httpServer());
  await webhook(server.url, '{"content":"{{title}}: {{ text }} ({{count}})","odd":"{{nothing}}"}').deliver(
    DISPATCH,
  );
  expect(JSON.parse(server.received[0]!.body)).toEqual({
    content: 'The canister does not answer: No accepted answer for 61 s, said "nobody". (7)',
    odd: '{{nothing}}',
  });
  expect(unknownFields('{{title}} {{nothing}}')).toEqual(['nothing']);
});

test('Telegram gets a message for the chat; its token is in the address and nowhere else', async () => {
  const server = opened(await httpServer([[200], [401]]));
  const sink = telegramSink({
    token: new Secret('token', '12345:bot-token'),
    chatId: '-100',
    baseUrl: server.url,
  });
  await sink.deliver(DISPATCH);
  const [{ url, body }] = server.received as [(typeof server.received)[0]];
  expect(url).toBe('/bot12345:bot-token/sendMessage');
  expect(JSON.parse(body)).toMatchObject({ chat_id: '-100', disable_notification: false });
  expect(body).not.toContain('bot-token');
  const error = await failure(sink);
  expect(error).toMatchObject({ isTemporary: false });
  expect(error?.message).not.toMatch(/bot-token|127\.0\.0\.1/);
});

test('what may pass is tried again, what will not is not, and a wait that is asked for is known', async () => {
  const server = opened(
    await httpServer([
      [500],
      [429, { 'retry-after': '3' }],
      [404],
      [302, { location: 'http://127.0.0.1:9/' }],
    ]),
  );
  const sink = webhook(server.url);
  expect(await failure(sink)).toMatchObject({ isTemporary: true, retryAfterMs: 0 });
  expect(await failure(sink)).toMatchObject({ isTemporary: true, retryAfterMs: 3_000 });
  expect(await failure(sink)).toMatchObject({ isTemporary: false });
  expect(await failure(sink)).toMatchObject({ isTemporary: false });
  await server.close();
  closing.pop();
  expect(await failure(sink)).toMatchObject({ isTemporary: true });
});

const mail = (port: number, more: Partial<EmailOptions> = {}) =>
  emailSink({
    host: '127.0.0.1',
    port,
    security: 'none',
    user: null,
    password: null,
    from: 'agent@example.org',
    to: ['a@example.org', 'b@example.org'],
    ...more,
  });

test('mail reaches every address with level and count in its subject', async () => {
  const server = opened(await mailServer());
  await mail(server.port).deliver(DISPATCH);
  const [{ from, to, text }] = server.mails as [(typeof server.mails)[0]];
  expect([from, to]).toEqual(['agent@example.org', ['a@example.org', 'b@example.org']]);
  expect(text).toMatch(/Subject: \[Plimsoll alarm\] The canister does not answer \(7 times\)/);
  expect(text).toContain('No accepted answer for 61 s');
});

test('a title with a line end adds no header to a mail', async () => {
  const server = opened(await mailServer());
  await mail(server.port).deliver({ ...DISPATCH, title: 'x\r\nBcc: eve@example.org\r\n\r\nbody' });
  expect(server.mails[0]!.to).toEqual(['a@example.org', 'b@example.org']);
  const [headers] = server.mails[0]!.text.split('\r\n\r\n');
  expect(headers).toContain('Subject:');
  expect(headers).not.toMatch(/^Bcc:/m);
});

test('a mail server’s own word decides whether a mail is tried again', async () => {
  const server = opened(await mailServer([451, 554]));
  expect(await failure(mail(server.port))).toMatchObject({ isTemporary: true });
  expect(await failure(mail(server.port))).toMatchObject({ isTemporary: false });
  expect(
    await failure(mail(server.port, { user: 'me', password: new Secret('p', 'wrong-password') })),
  ).toMatchObject({ isTemporary: false });
});

test('a password is never sent where TLS was demanded and is not offered', async () => {
  const server = opened(await mailServer());
  const error = await failure(
    mail(server.port, { security: 'starttls', user: 'me', password: new Secret('p', 'mail-password') }),
  );
  expect(error).toMatchObject({ isTemporary: false, message: expect.stringContaining('TLS') as string });
  expect(server.mails).toEqual([]);
  await mail(server.port, { user: 'me', password: new Secret('p', 'mail-password') }).deliver(DISPATCH);
  expect(server.mails[0]!.user).toBe('me');
});

test('a mail server that is not there is tried again', async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  expect(await failure(mail(port))).toMatchObject({ isTemporary: true });
});
