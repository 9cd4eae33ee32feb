import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Actor, HttpAgent } from '@icp-sdk/core/agent';
import { IDL } from '@icp-sdk/core/candid';
import { Principal } from '@icp-sdk/core/principal';
import {
  decodeAnswer,
  decodeKeeper,
  decodeRecord,
  DEFAULT_LIMITS,
  encodeClaim,
  encodeGrant,
  encodeLimits,
  headInput,
  type Answer,
} from '@plimsoll/engine';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createIdentityFile } from '../../../agent/src/canister/IdentityFile.ts';
import { runProgram } from '../../../agent/src/cli/Program.ts';
import * as exportCommand from '../../../agent/src/commands/export.ts';
import * as verifyCommand from '../../../agent/src/commands/verify.ts';
import { configText } from '../../../agent/src/config/ConfigText.ts';
import { IcServer } from '../../../localnet/src/ic/http/IcServer.ts';
import { headHash, verifyHead } from '../../../proof/src/index.ts';
import { candidTypes } from '../src/CandidTypes.ts';
import { idOf } from './support/Market.ts';
import { builtWasm, KEYS, Risk, type EntryView, type PageView, type StandingView } from './support/Risk.ts';
import type { KeptRow } from './support/Views.ts';

/*
 * The canister as any client of the Internet Computer meets it: over HTTP, through an agent that is nobody's of ours.
 */

const { BLOB, STANDING, PAGE, KEPT } = candidTypes(IDL as never);

interface Service {
  register(frame: Uint8Array): Promise<Uint8Array>;
  grant(frame: Uint8Array): Promise<Uint8Array>;
  checkpoint(frame: Uint8Array): Promise<Uint8Array>;
  head(owner: Principal): Promise<[] | [StandingView]>;
  records(owner: Principal, from: bigint, count: number): Promise<[] | [PageView]>;
  kept(owner: Principal): Promise<[] | [KeptRow]>;
  keeper(owner: Principal): Promise<[] | [Uint8Array]>;
}

let owner: Principal;
let risk: Risk;
let server: IcServer;
let service: Service;
let canisterId: Principal;
let folder: string;

beforeAll(async () => {
  risk = new Risk(await builtWasm(), Date.now());
  server = await IcServer.start({ subnet: risk.subnet, keys: KEYS });
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-client-'));
  canisterId = Principal.fromUint8Array(risk.id);
  await mkdir(join(folder, 'state'));
  const identity = await createIdentityFile(join(folder, 'state', 'agent.pem'));
  owner = identity.getPrincipal();
  // As a program would be that knows the canister's id, its interface and the network's root key.
  const agent = await HttpAgent.create({ host: server.url, identity, rootKey: server.rootKey });
  const update = IDL.Func([BLOB as never], [BLOB as never]);
  const query = (args: unknown[], result: unknown): IDL.FuncClass =>
    IDL.Func(args as never, [IDL.Opt(result as never)], ['query']);
  service = Actor.createActor<Service>(
    () =>
      IDL.Service({
        register: update,
        grant: update,
        checkpoint: update,
        head: query([IDL.Principal], STANDING),
        records: query([IDL.Principal, IDL.Nat64, IDL.Nat32], PAGE),
        kept: query([IDL.Principal], KEPT),
        keeper: query([IDL.Principal], BLOB),
      }),
    { agent, canisterId },
  );
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const answerIn = (reply: Uint8Array): Answer => decodeAnswer(Uint8Array.from(reply));
const input = ({ record, frame }: EntryView): Uint8Array =>
  headInput(Uint8Array.from(record), Uint8Array.from(frame));
const rootKey = KEYS.root.publicKeyDer;

describe('a client of the Internet Computer that is not ours', () => {
  it('registers, reads head and records, and proves them by certificate and witness', async () => {
    expect(answerIn(await service.register(encodeLimits(DEFAULT_LIMITS)))).toMatchObject({ kind: 'record' });
    for (let i = 0; i < 3; i++) {
      const grant = encodeGrant({ agent: Uint8Array.of(1, 2, 3, i), expiresMs: Date.now() + 1e9 + i });
      expect(answerIn(await service.grant(grant))).toMatchObject({ kind: 'record' });
    }
    const [standing] = await service.head(owner);
    const [proof] = standing!.proof;
    const head = await verifyHead(
      {
        certificate: Uint8Array.from(proof!.certificate),
        witness: Uint8Array.from(proof!.witness),
        input: input(proof!.newest),
      },
      { rootKey, canisterId, nowMs: Date.now() },
      () => decodeRecord(Uint8Array.from(proof!.newest.record)),
    );
    expect(head.value).toMatchObject({ sequence: 3, owner: owner.toUint8Array() });
    const [page] = await service.records(owner, 0n, 100);
    expect(page!.entries).toHaveLength(4);
    page!.entries.forEach((entry, i) => {
      const { previousHead } = decodeRecord(Uint8Array.from(entry.record));
      expect(previousHead).toEqual(i === 0 ? new Uint8Array(32) : headHash(input(page!.entries[i - 1]!)));
    });
    expect(headHash(input(page!.entries[3]!))).toEqual(head.head);
    // The rules that a page shows hang on that head: the newest record commits to the limits' version.
    const [state] = await service.keeper(owner);
    expect(decodeKeeper(Uint8Array.from(state!)).limitsVersion).toBe(head.value.limitsVersion);
    const [nothing] = await service.head(Principal.anonymous());
    expect(nothing).toBeUndefined();
  });

  it('has a checkpoint made and exports from it with the program; what it got, anyone verifies offline', async () => {
    const claim = encodeClaim({ id: idOf(7), claim: 'checkpoint', owner: owner.toUint8Array() });
    expect(answerIn(await service.checkpoint(claim))).toMatchObject({ kind: 'record' });
    const [kept] = await service.kept(owner);
    expect(kept).toMatchObject({ first_record: 0n, checkpoints: [{ sequence: 4n, parts: 1 }] });
    const config = join(folder, 'plimsoll.yaml');
    await writeFile(
      config,
      configText({
        canister: canisterId.toText(),
        owner: owner.toText(),
        urls: [server.url],
        rootKey: Buffer.from(rootKey).toString('hex'),
        venueKind: 'binanceusdm',
      }),
    );
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => (printed.push(String(text)), true));
    const run = (...args: string[]): Promise<number> => runProgram([exportCommand, verifyCommand], args);
    try {
      for (const [from, records] of [
        ['oldest', 5],
        ['newest', 1],
        ['4', 1],
      ] as const) {
        const out = join(folder, `${from}.bundle`);
        const exported = ['export', '--format', 'bundle', '--from', from, '--config', config, '--out', out];
        expect(await run(...exported)).toBe(0);
        printed.length = 0;
        const root = Buffer.from(rootKey).toString('hex');
        expect(
          await run('verify', out, '--root-key', root, '--canister', canisterId.toText(), '--json'),
        ).toBe(0);
        expect(JSON.parse(printed.join(''))).toMatchObject({ isProven: true, records, signatures: 1 });
      }
    } finally {
      vi.restoreAllMocks();
    }
  });
});
