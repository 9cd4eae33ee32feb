import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { httpServer, mailServer } from '../alert/testing/Servers.ts';
import { runProgram } from '../cli/Program.ts';
import { configText } from '../config/ConfigText.ts';
import * as alert from './alert.ts';

let folder: string;
let path: string;
let out = '';
let err = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-alert-'));
  path = join(folder, 'plimsoll.yaml');
  out = err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const CONFIG = configText({
  urls: ['https://icp-api.io'],
  rootKey: 'mainnet',
  canister: 'uxrrr-q7777-77774-qaaaq-cai',
  owner: '2vxsx-fae',
  venueKind: 'binanceusdm',
});
const run = async (alerts: string, ...args: string[]) => {
  await writeFile(path, `${CONFIG}\nalerts:${alerts}`);
  return runProgram([alert], ['alert', 'test', '--config', path, ...args]);
};

test('one alert goes through webhook and mail, and what became of it is told', async () => {
  const http = await httpServer();
  const mail = await mailServer();
  vi.stubEnv('PLIMSOLL_WEBHOOK_URL', `${http.url}/hook-with-token`);
  const config = `
  webhook: {}
  email: { host: 127.0.0.1, port: ${String(mail.port)}, security: none, from: a@example.org, to: [b@example.org] }
`;
  expect(await run(config)).toBe(0);
  expect(out).toBe('webhook   delivered\nemail     delivered\n');
  expect([http.received.length, mail.mails.length]).toEqual([1, 1]);
  out = '';
  expect(await run(config, '--level', 'warning', '--json')).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    level: 'warning',
    results: [
      { sink: 'webhook', outcome: 'sent' },
      { sink: 'email', outcome: 'below-its-level' },
    ],
  });
  await http.close();
  await mail.close();
});

test('a refusal for good and a failure that may pass have codes of their own, and no address is shown', async () => {
  const http = await httpServer([[404], [500], [500]]);
  vi.stubEnv('PLIMSOLL_WEBHOOK_URL', `${http.url}/hook-with-token`);
  expect(await run('\n  webhook: {}\n')).toBe(2);
  expect(await run('\n  webhook: {}\n')).toBe(3);
  expect(`${out}${err}`).not.toMatch(/hook-with-token|127\.0\.0\.1/);
  expect(err).toContain('not delivered through webhook');
  await http.close();
});

test.each([
  ['nothing configured', ' {}\n', 'got none'],
  ['a missing secret', '\n  webhook: {}\n', 'expected PLIMSOLL_WEBHOOK_URL'],
  [
    'the secret itself in place of its name',
    '\n  webhook: { urlFrom: "https://hooks/abc" }\n',
    'not the secret itself',
  ],
  ['an unknown field', '\n  slack: {}\n', 'alerts'],
  ['a template with a name there is not', '\n  webhook: { template: "{{oops}}" }\n', 'got oops'],
  [
    'a password over an open line',
    '\n  email: { host: h, security: none, user: me, from: a@b.c, to: [b@c.d] }\n',
    'security is none',
  ],
])('%s is refused in one line', async (_, config, message) => {
  expect(await run(config)).toBe(2);
  expect(err).toContain(message);
  expect(err.trimEnd()).not.toContain('\n');
});
