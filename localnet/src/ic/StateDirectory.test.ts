import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDL } from '@dfinity/candid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { azleFixture } from '../../test/AzleFixture.ts';
import { START_MS, replyOf } from '../../test/TestCanister.ts';
import { ManualClock } from './Clock.ts';
import { LocalSubnet } from './LocalSubnet.ts';
import { StateDirectory } from './StateDirectory.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'localnet-state-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const EMPTY = IDL.encode([], []);
const SEED = 'kept';

/** A subnet that goes on from what the directory holds. */
const resume = (directory: StateDirectory) => {
  const clock = new ManualClock(START_MS);
  const { saved } = directory;
  const subnet = new LocalSubnet({ clock, seed: SEED, ...(saved === undefined ? {} : { image: saved }) });
  return { subnet, clock };
};

const started = async () => {
  const directory = await StateDirectory.open(path);
  const { subnet, clock } = resume(directory);
  const id = subnet.createCanister();
  subnet.installCode(id, azleFixture('hello'), { arg: EMPTY });
  const increment = () => replyOf(subnet.callUpdate(id, 'increment', EMPTY));
  const save = () => directory.save(SEED, (blobs) => subnet.image(blobs));
  return { directory, subnet, clock, id, increment, save };
};

describe('a state directory', () => {
  it('gives the same subnet back: heap, stable memory, timers, randomness, time, balances', async () => {
    const { directory, subnet, clock, id, increment, save } = await started();
    const note = IDL.encode([IDL.Text, IDL.Text], ['key', 'value']);
    increment();
    replyOf(subnet.callUpdate(id, 'note', note));
    replyOf(subnet.callUpdate(id, 'after', IDL.encode([IDL.Nat32], [10])));
    clock.advanceMs(5_000);
    subnet.tick();
    await save();
    await directory.close();

    const again = await StateDirectory.open(path);
    const { subnet: resumed, clock: later } = resume(again);
    expect(resumed.stateHash()).toBe(subnet.stateHash());
    expect(resumed.timeNs()).toBe(subnet.timeNs());
    // And from there on they go the same way.
    for (const [one, time] of [
      [subnet, clock],
      [resumed, later],
    ] as const) {
      time.setMs(START_MS + 20_000);
      one.run();
      expect(IDL.decode([IDL.Nat32], replyOf(one.callQuery(id, 'ticked', EMPTY)))).toEqual([1]);
      expect(IDL.decode([IDL.Nat32], replyOf(one.callUpdate(id, 'increment', EMPTY)))).toEqual([2]);
      expect(
        IDL.decode([IDL.Opt(IDL.Text)], replyOf(one.callQuery(id, 'read', IDL.encode([IDL.Text], ['key'])))),
      ).toEqual([['value']]);
      one.createCanister();
    }
    expect(resumed.stateHash()).toBe(subnet.stateHash());
    await again.close();
  });

  it('keeps a canister that nothing happened to, however often the rest is saved', async () => {
    const { directory, subnet, clock, id, increment, save } = await started();
    const idle = subnet.createCanister();
    subnet.installCode(idle, azleFixture('hello'), { arg: EMPTY });
    const changes = [increment, () => clock.advanceMs(1_000), () => undefined, increment];
    for (const change of changes) {
      change();
      subnet.tick();
      await save();
      // Two at once: the second is taken while the first is being written.
      increment();
      const first = save();
      replyOf(
        subnet.callUpdate(id, 'note', IDL.encode([IDL.Text, IDL.Text], ['key', String(clock.nowNs())])),
      );
      await Promise.all([first, save()]);
    }
    await directory.close();
    const again = await StateDirectory.open(path);
    expect(resume(again).subnet.stateHash()).toBe(subnet.stateHash());
    await again.close();
  });

  it('holds all of a state, wherever the one before was put', async () => {
    const { directory, subnet, save } = await started();
    await save();
    const elsewhere = mkdtempSync(join(tmpdir(), 'localnet-state-'));
    const other = await StateDirectory.open(elsewhere);
    await other.save(SEED, (blobs) => subnet.image(blobs));
    await Promise.all([directory.close(), other.close()]);
    const again = await StateDirectory.open(elsewhere);
    expect(resume(again).subnet.stateHash()).toBe(subnet.stateHash());
    await again.close();
    rmSync(elsewhere, { recursive: true, force: true });
  });

  it('keeps the results of requests, so that none is executed twice', async () => {
    const { directory, subnet, id, save } = await started();
    const message = {
      requestId: new Uint8Array(32).fill(7),
      sender: Uint8Array.of(4),
      canisterId: id,
      method: 'increment',
      arg: EMPTY,
    };
    subnet.submit(message);
    subnet.run();
    await save();
    await directory.close();
    const again = await StateDirectory.open(path);
    const { subnet: resumed } = resume(again);
    expect(resumed.ingress(message.requestId)?.status).toEqual(subnet.ingress(message.requestId)?.status);
    resumed.submit(message);
    resumed.run();
    expect(resumed.stateHash()).toBe(subnet.stateHash());
    await again.close();
  });

  it('holds the last complete state when a later one was not finished', async () => {
    const { directory, subnet, increment, save } = await started();
    await save();
    const hash = subnet.stateHash();
    increment();
    // As if the process had died after writing pieces and before the file that names them.
    const kept = readFileSync(join(path, 'state.json'));
    const pieces = new Map(
      readdirSync(join(path, 'blobs')).map((name) => [name, readFileSync(join(path, 'blobs', name))]),
    );
    await save();
    await directory.close();
    writeFileSync(join(path, 'state.json'), kept);
    for (const [name, content] of pieces) writeFileSync(join(path, 'blobs', name), content);
    writeFileSync(join(path, 'state.json.new'), 'half');
    const again = await StateDirectory.open(path);
    expect(resume(again).subnet.stateHash()).toBe(hash);
    await again.close();
  });

  it('does not pile up what is no longer used', async () => {
    const { directory, increment, save } = await started();
    const counts: number[] = [];
    for (let i = 0; i < 4; i++) {
      increment();
      await save();
      counts.push(readdirSync(join(path, 'blobs')).length);
    }
    await directory.close();
    expect(Math.max(...counts.slice(1)) - Math.min(...counts.slice(1))).toBeLessThanOrEqual(1);
    // Left by a process that was killed while it wrote a piece.
    writeFileSync(join(path, 'blobs', `${'0'.repeat(64)}.new`), 'half');
    await (await StateDirectory.open(path)).close();
    expect(readdirSync(join(path, 'blobs'))).toHaveLength(counts.at(-1) ?? 0);
  });

  it('is refused when another living process holds it, and taken over from a dead one', async () => {
    const directory = await StateDirectory.open(path);
    await expect(StateDirectory.open(path)).rejects.toThrow(
      new RegExp(
        `expected a directory that no process uses, got one that process ${process.pid} holds; stop that one`,
      ),
    );
    await directory.close();
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    for (const left of [gone, process.pid]) {
      writeFileSync(join(path, 'lock'), String(left));
      await (await StateDirectory.open(path)).close();
    }
  });

  it('of another version, of something else, or damaged is refused with what to do', async () => {
    const { directory, save } = await started();
    await save();
    await directory.close();
    const file = join(path, 'state.json');
    const content = readFileSync(file, 'utf8');
    writeFileSync(file, content.replace('"version":1', '"version":2'));
    await expect(StateDirectory.open(path)).rejects.toThrow(
      /expected version 1 in .*, got version 2; start the localnet that wrote it, or choose another directory/,
    );
    writeFileSync(file, 'something else');
    await expect(StateDirectory.open(path)).rejects.toThrow(/got another file/);
    writeFileSync(file, content);
    const [piece] = readdirSync(join(path, 'blobs'));
    writeFileSync(join(path, 'blobs', String(piece)), 'damaged');
    const again = await StateDirectory.open(path);
    expect(() => resume(again)).toThrow(/got [0-9a-f]{64}; the state is damaged: restore the file/);
    rmSync(join(path, 'blobs', String(piece)));
    expect(() => resume(again)).toThrow(/got no such file; the state is damaged: restore the file/);
    await again.close();
  });
});
