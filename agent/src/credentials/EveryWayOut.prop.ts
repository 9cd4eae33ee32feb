import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { Alerter } from '../alert/Alerter.ts';
import type { Dispatch } from '../alert/Alert.ts';
import { CliError } from '../cli/CliError.ts';
import { printJson, printLines } from '../cli/Output.ts';
import { runProgram } from '../cli/Program.ts';
import { openHttpServer } from '../http/HttpServer.ts';
import { createMetrics } from '../metrics/Metrics.ts';
import { unifiedFailure } from '../venue/unified/Failure.ts';
import { Secret } from './Secret.ts';

/** As keys and tokens are made. */
const secretText = fc.stringMatching(/^[A-Za-z0-9+/=_.~-]{16,64}$/);
let written = '';
afterEach(() => vi.restoreAllMocks());

/** A command that fails with an error that holds the secret. */
const failing = (error: Error) => ({
  register: (program: { command: (name: string) => { action: (run: () => never) => unknown } }) =>
    void program.command('fail').action(() => {
      throw error;
    }),
});

test('a random secret leaves through no way out: errors, lines, JSON, alerts, metrics, pages', async () => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((written += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written += String(text)), true));
  await fc.assert(
    fc.asyncProperty(secretText, fc.string({ maxLength: 10 }), async (value, around) => {
      written = '';
      const secret = new Secret('a key', value);
      const text = `${around}${value}${around}`;
      await runProgram([failing(new Error(text)) as never], ['fail']);
      await runProgram([failing(new CliError(text)) as never], ['fail']);
      printLines([text]);
      printJson({ [value]: text, secret, deep: [{ text }] });

      const dispatches: Dispatch[] = [];
      const deliver = (dispatch: Dispatch) => {
        dispatches.push(dispatch);
        return Promise.reject(new Error(text));
      };
      const alerter = new Alerter({
        routes: [{ sink: { name: 'test', deliver }, least: 'info' }],
        retries: 0,
        onDelivery: (delivery) => (written += JSON.stringify(delivery)),
      });
      alerter.raise({ key: 'k', level: 'alarm', title: text, text });
      await alerter.drain(1_000);
      alerter.close();
      written += JSON.stringify(dispatches);

      const metrics = createMetrics(value);
      metrics.refused(text);
      const server = await openHttpServer({
        host: '127.0.0.1',
        port: 0,
        maxBytes: 0,
        handle: async () => ({ status: 200, body: `${text}\n${await metrics.registry.metrics()}` }),
      });
      written += await (await fetch(server.url)).text();
      await server.close();

      written += String(unifiedFailure('the account', new RangeError(text)).message);
      expect(dispatches).toHaveLength(1);
      expect(written).toContain('[redacted]');
      expect(written).not.toContain(value);
      expect(written).not.toContain(encodeURIComponent(value));
    }),
    { numRuns: 25 },
  );
});
