import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EXIT } from '../cli/ExitCode.ts';
import { runProgram } from '../cli/Program.ts';
import { readConfig } from '../config/readConfig.ts';
import * as init from './init.ts';
import * as pair from './pair.ts';

let folder: string;
let config: string;
let out: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plm-init-'));
  config = join(folder, 'plimsoll.yaml');
  out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const plimsoll = (...args: readonly string[]) => runProgram([init, pair], [...args, '--config', config]);
const PLACE = ['--canister', 'uxrrr-q7777-77774-qaaaq-cai', '--owner', '2vxsx-fae'];
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('init makes a key of mode 600, a configuration with comments and the disclaimer, and overwrites nothing', async () => {
  expect(await plimsoll('init', ...PLACE, '--accept-risk', '--json')).toBe(EXIT.ok);
  const { agent, state } = JSON.parse(out) as { readonly agent: string; readonly state: string };
  const key = join(state, 'agent.pem');
  expect([modeOf(key), modeOf(config), modeOf(state)]).toEqual(['600', '600', '700']);
  expect(readFileSync(config, 'utf8').match(/^#/gm)?.length).toBeGreaterThan(10);
  expect(await readConfig(config)).toMatchObject({ network: { rootKey: 'mainnet' }, owner: '2vxsx-fae' });
  expect(readFileSync(join(state, 'risk-accepted'), 'utf8')).toContain('promises no profit');
  const before = readFileSync(key, 'utf8');
  expect(await plimsoll('init', ...PLACE, '--accept-risk')).toBe(EXIT.request);
  expect(readFileSync(key, 'utf8')).toBe(before);

  out = '';
  expect(await plimsoll('pair', '--json')).toBe(EXIT.ok);
  expect(JSON.parse(out)).toMatchObject({ agent, owner: '2vxsx-fae', account: 0, link: null });
});

test('without the risk accepted, or with a principal that is none, nothing is made', async () => {
  expect(await plimsoll('init', ...PLACE)).toBe(EXIT.request);
  expect(await plimsoll('init', '--canister', 'x', '--owner', '2vxsx-fae', '--accept-risk')).toBe(
    EXIT.request,
  );
  expect(existsSync(config)).toBe(false);
  expect(existsSync(join(folder, 'state'))).toBe(false);
});

test('pair prints the link under which the owner grants this very key, and draws it', async () => {
  await plimsoll('init', ...PLACE, '--accept-risk', '--page', 'https://page.example/', '--json');
  const { agent } = JSON.parse(out) as { readonly agent: string };
  out = '';
  expect(await plimsoll('pair')).toBe(EXIT.ok);
  const [link = ''] = /https:\/\/page\.example\/#\/grant\?\S+/.exec(out) ?? [];
  const asked = new URLSearchParams(link.split('?')[1]);
  expect(Object.fromEntries(asked)).toEqual({
    canister: 'uxrrr-q7777-77774-qaaaq-cai',
    owner: '2vxsx-fae',
    agent,
    account: '0',
  });
  expect(out).toMatch(/[█▀▄]{20}/);
});
