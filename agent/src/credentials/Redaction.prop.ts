import { inspect } from 'node:util';
import fc from 'fast-check';
import pino from 'pino';
import { expect, test } from 'vitest';
import { REDACTED, redact, redacting, redactJson, registerSecret } from './Redaction.ts';
import { Secret } from './Secret.ts';

/** As keys, tokens and passwords are: no blanks, at least eight characters, any script. */
const secretText = fc
  .oneof(
    fc.string({ minLength: 8, maxLength: 80, unit: 'binary' }),
    fc.string({ minLength: 8, maxLength: 80, unit: 'grapheme-ascii' }),
    fc.stringMatching(/^[A-Za-z0-9+/=_-]{8,64}$/),
  )
  .filter((text) => !/\s/.test(text) && Buffer.from(text).toString() === text && !REDACTED.includes(text));

/** A secret is out when it can be read, or decoded, from what was written. */
function leaks(written: string, secret: string): boolean {
  const decoded = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  const base64 = (written.match(/[A-Za-z0-9+/]{8,}={0,2}/g) ?? []).map((run) =>
    Buffer.from(run, 'base64').toString('utf8'),
  );
  return [written, decoded(written), ...base64].some((text) => text.includes(secret));
}

function logged(write: (log: pino.Logger) => void): string {
  const lines: string[] = [];
  write(pino({ level: 'trace' }, redacting({ write: (line: string) => lines.push(line) })));
  return lines.join('');
}

test('no secret is in a log line, however it got there', () => {
  fc.assert(
    fc.property(secretText, secretText, fc.string(), (a, b, around) => {
      registerSecret(a);
      registerSecret(b);
      const written = logged((log) => {
        log.info(`${around}${a}${around}`);
        log.warn({ [b]: 1, nested: { list: [a, { b }] } }, 'fields');
        log.error(
          new Error(`GET https://h/?key=${encodeURIComponent(a)}&x=1 failed`, { cause: new Error(b) }),
        );
        log.debug({ body: JSON.stringify({ secret: a, inner: JSON.stringify({ b }) }) });
        log.trace({ authorization: `Basic ${Buffer.from(`user:${a}`).toString('base64')}` });
        log.trace({
          auth: Buffer.from(`\0user\0${b}`).toString('base64'),
          form: String(new URLSearchParams({ a })),
        });
      });
      for (const secret of [a, b]) {
        expect(leaks(written, secret)).toBe(false);
        expect(leaks(JSON.stringify(JSON.parse(written.split('\n')[0]!)), secret)).toBe(false);
      }
    }),
  );
});

test('a redacted line is still a line of JSON', () => {
  fc.assert(
    fc.property(secretText, fc.dictionary(fc.string(), fc.string()), (secret, fields) => {
      registerSecret(secret);
      const written = logged((log) => {
        log.info({ ...fields, secret, quoted: `"${secret}"` }, 'text');
      });
      // A secret such as `"level":3` may stand where JSON's own text does: then the line is spoiled, never the secret.
      if (!/["{},:[\]]/.test(secret)) expect(() => JSON.parse(written) as unknown).not.toThrow();
      expect(written.trimEnd()).not.toContain('\n');
    }),
  );
});

test('a secret shows itself neither as text, nor as JSON, nor to a debugger', () => {
  fc.assert(
    fc.property(secretText, (value) => {
      const secret = new Secret('key', value);
      const shown = [
        String(secret),
        JSON.stringify({ secret }),
        inspect({ secret }, { depth: 9, showHidden: true }),
        Object.values(secret).join(),
      ];
      for (const text of shown) expect(text.includes(value)).toBe(false);
      expect(secret.reveal()).toBe(value);
    }),
  );
});

test('JSON for a person or a program holds no secret either', () => {
  fc.assert(
    fc.property(secretText, fc.string(), (secret, other) => {
      registerSecret(secret);
      const clean = redactJson({ other, list: [secret, `${other}${secret}`] });
      expect(leaks(JSON.stringify(clean), secret)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('text without a secret stays as it is', () => {
  expect(redact('ICPUSDT long 5x, stop 4.812')).toBe('ICPUSDT long 5x, stop 4.812');
  registerSecret('short');
  expect(redact('a short word')).toBe('a short word');
});

test('signatures, bearer tokens and private keys are taken out although nobody registered them', () => {
  const pem = '-----BEGIN EC PRIVATE KEY-----\nMHQCAQEEIBFL\n-----END EC PRIVATE KEY-----';
  expect(redact(`key ${pem} end`)).toBe(`key ${REDACTED} end`);
  expect(redact('/fapi/v1/order?a=1&signature=0123456789abcdef0123456789abcdef')).toBe(
    `/fapi/v1/order?a=1&signature=${REDACTED}`,
  );
  expect(redact('{"authorization":"Bearer abcdefgh12345"}')).toBe(`{"authorization":"Bearer ${REDACTED}"}`);
});
