import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunStatus } from '../run/RunStatus.ts';
import { HaltFile } from '../run/HaltFile.ts';
import { askAgent } from './askAgent.ts';
import { ControlServer } from './ControlServer.ts';
import { SOCKET_NAME, type Ask } from './Protocol.ts';

const STATUS = { version: 1, phase: 'running' } as RunStatus;
let folder: string;
let server: ControlServer | null = null;
let asked: Ask[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plm-control-'));
  asked = [];
});

afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(folder, { recursive: true });
});

async function start(): Promise<void> {
  server = await ControlServer.start(folder, (ask) => {
    asked.push(ask);
    return Promise.resolve({ ok: true, status: STATUS });
  });
}

test('what is asked arrives, and its answer comes back', async () => {
  await start();
  expect(await askAgent(folder, { do: 'enter', side: -1, notionalUsdt: 250 })).toEqual({
    ok: true,
    status: STATUS,
  });
  expect(asked).toEqual([{ do: 'enter', side: -1, notionalUsdt: 250 }]);
});

test('without an agent the answer is that there is none, also where a killed one left its socket', async () => {
  expect(await askAgent(folder, { do: 'status' })).toBeNull();
  writeFileSync(join(folder, SOCKET_NAME), '');
  expect(await askAgent(folder, { do: 'status' })).toBeNull();
  await start();
  expect(await askAgent(folder, { do: 'status' })).toMatchObject({ ok: true });
});

test('the socket is its user’s alone', async () => {
  await start();
  expect(statSync(join(folder, SOCKET_NAME)).mode & 0o077).toBe(0);
});

test('nonsense is refused by itself, and the next question is answered', async () => {
  await start();
  for (const line of [
    '{',
    '{"do":"buy"}',
    '{"do":"enter","side":2,"notionalUsdt":5}',
    '{"do":"enter","side":1,"notionalUsdt":-1}',
    'null',
  ]) {
    const reply = await new Promise<string>((resolve) => {
      const socket = createConnection(join(folder, SOCKET_NAME), () => socket.write(`${line}\n`));
      socket.once('data', (data) => {
        socket.destroy();
        resolve(String(data));
      });
    });
    expect(JSON.parse(reply)).toMatchObject({ ok: false });
  }
  expect(asked).toEqual([]);
  expect(await askAgent(folder, { do: 'halt' })).toMatchObject({ ok: true });
});

test('halting twice is halting once; it outlives the process, and a file that cannot be read halts too', async () => {
  const first = await new HaltFile(folder).halt(1_000);
  const second = await new HaltFile(folder).halt(2_000);
  expect(second).toEqual(first);
  await new HaltFile(folder).markTold(5_000);
  expect(new HaltFile(folder).read()).toEqual({ sinceMs: 1_000, isTold: true, toldMs: 5_000 });
  await new HaltFile(folder).liftTold(5_000);
  expect(new HaltFile(folder).isHalted).toBe(true);
  writeFileSync(join(folder, 'halted'), 'torn');
  expect(new HaltFile(folder).isHalted).toBe(true);
  expect(new HaltFile(folder).read()).toEqual({ sinceMs: 0, isTold: false });
  await new HaltFile(folder).lift();
  expect(new HaltFile(folder).isHalted).toBe(false);
});
