import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEVIATIONS } from './ic/Deviations.ts';

const START = fileURLToPath(new URL('../start.mjs', import.meta.url));
const ANY_PORTS = ['--port', '0', '--exchange-port', '0', '--identity-port', '0'];

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'localnet-cli-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  return child.exitCode;
};

/** Starts it and waits for as much output as `isReady` wants, or for its end. */
const start = async (args: readonly string[], isReady = (out: string) => out.endsWith('\n')) => {
  const child = spawn(process.execPath, ['--stack-size=7600', START, ...ANY_PORTS, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let [out, errors] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdout.setEncoding('utf8');
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (text: string) => {
      out += text;
      if (isReady(out)) resolve();
    });
  });
  await Promise.race([ready, once(child, 'close')]);
  return { child, out, errors };
};

describe('the command', () => {
  it('says in one line of JSON where everything is, and ends in order when asked to', async () => {
    const { child, out } = await start(['--json']);
    const address = JSON.parse(out) as Record<string, string>;
    expect(Object.keys(address)).toEqual(['icUrl', 'rootKey', 'exchangeUrl', 'identityUrl']);
    expect(address['rootKey']).toMatch(/^[0-9a-f]{266}$/);
    for (const [name, path] of [
      ['icUrl', '/api/v2/status'],
      ['exchangeUrl', '/fapi/v1/time'],
      ['identityUrl', '/'],
    ] as const) {
      expect((await fetch(`${address[name] ?? ''}${path}`)).status).toBe(200);
    }
    expect(await end(child, 'SIGTERM')).toBe(0);
  });

  it('says for people what to put into icp.yaml and what it does not do', async () => {
    const { out } = await start([], (text) => text.includes('Ctrl-C'));
    const url = /Internet Computer {3}(\S+)/.exec(out)?.[1] ?? '';
    const rootKey = /Root key\n([0-9a-f]{266})\n/.exec(out)?.[1] ?? '';
    expect(out).toContain(
      [
        'networks:',
        '  - name: local',
        '    mode: connected',
        `    url: ${url}`,
        `    root-key: ${rootKey}`,
      ].join('\n'),
    );
    const unbroken = out.replace(/\s+/g, ' ');
    for (const deviation of DEVIATIONS) expect(unbroken).toContain(`- ${deviation}`);
  });

  it('goes on from its state directory even after it was killed, and keeps a second one out', async () => {
    const args = ['--json', '--state', folder, '--seed', '5'];
    const first = await start(args);
    const second = await start(args);
    expect(second.errors).toMatch(/^localnet: state directory: expected a directory that no process uses/);
    expect(await end(second.child, 'SIGTERM')).toBe(1);
    await end(first.child, 'SIGKILL');
    const third = await start(args);
    expect((JSON.parse(third.out) as { rootKey: string }).rootKey).toBe(
      (JSON.parse(first.out) as { rootKey: string }).rootKey,
    );
  });
});
