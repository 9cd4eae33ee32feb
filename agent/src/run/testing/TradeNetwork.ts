// An Internet Computer with the very canister and an exchange, in this process: made ready once, then copied as often as
// a campaign has runs, each copy at the same moment of the same market.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDL } from '@icp-sdk/core/candid';
import { Principal } from '@icp-sdk/core/principal';
import {
  decodeAnswer,
  DEFAULT_LIMITS,
  encodeControl,
  encodeGrant,
  encodeLimits,
  type ControlKind,
  type Limits,
} from '@plimsoll/engine';
import { decodeBlob, encodeBlob } from '@plimsoll/proof';
import { Exchange } from '../../../../localnet/src/exchange/Exchange.ts';
import { ExchangeServer } from '../../../../localnet/src/exchange/ExchangeServer.ts';
import { clockOfMs } from '../../../../localnet/src/ic/Clock.ts';
import { IcServer } from '../../../../localnet/src/ic/http/IcServer.ts';
import { subnetKeysFromSeed } from '../../../../localnet/src/ic/http/SubnetKeys.ts';
import { LocalSubnet } from '../../../../localnet/src/ic/LocalSubnet.ts';
import type { Recording } from '../../../../localnet/src/market/Recording.ts';
import { buildCanister } from '../../../../scripts/build-canister.mjs';
import { createIdentityFile } from '../../canister/IdentityFile.ts';
import { PAGE, type LogEntry, type Page } from '../../canister/ReadTypes.ts';
import { configText } from '../../config/ConfigText.ts';
import { START_MS } from './TradeMarket.ts';

const SEED = 'campaign';
const OWNER = Principal.selfAuthenticating(createHash('sha256').update('owner').digest());
const DEPLOYER = Principal.selfAuthenticating(
  createHash('sha256').update('deployer').digest(),
).toUint8Array();
const DAY_MS = 86_400_000;
const WALLET_E8 = 1_000n * 100_000_000n;

const POLICY = IDL.Record({
  registration: IDL.Opt(IDL.Variant({ closed: IDL.Null, invite: IDL.Null, open: IDL.Null })),
  add_invites: IDL.Vec(IDL.Vec(IDL.Nat8)),
  remove_invites: IDL.Vec(IDL.Vec(IDL.Nat8)),
  owner_updates_per_day: IDL.Opt(IDL.Nat64),
  owner_instructions_per_day: IDL.Opt(IDL.Nat64),
  instructions_per_day: IDL.Opt(IDL.Nat64),
});

interface Image {
  readonly text: string;
  readonly blobs: Map<string, Uint8Array>;
}

/** One copy, served; and what its owner may do without going over the wire. */
export class TradeNetwork {
  readonly exchange: Exchange;
  readonly exchangeUrl: string;
  readonly rootKey: Uint8Array;
  readonly canisterId: Principal;
  readonly owner = OWNER;
  /** Where the agent keeps what it keeps, and its configuration. */
  readonly folder: string;
  readonly config: string;
  readonly #subnet: LocalSubnet;
  readonly #closers: readonly (() => Promise<void>)[];
  #ids = 0;

  constructor(parts: {
    readonly exchange: Exchange;
    readonly exchangeUrl: string;
    readonly ic: IcServer;
    readonly subnet: LocalSubnet;
    readonly canisterId: Principal;
    readonly folder: string;
    readonly closers: readonly (() => Promise<void>)[];
  }) {
    this.exchange = parts.exchange;
    this.exchangeUrl = parts.exchangeUrl;
    this.rootKey = parts.ic.rootKey;
    this.canisterId = parts.canisterId;
    this.folder = parts.folder;
    this.config = join(parts.folder, 'plimsoll.yaml');
    this.#subnet = parts.subnet;
    this.#closers = parts.closers;
    const text = configText({
      urls: [parts.ic.url],
      rootKey: Buffer.from(parts.ic.rootKey).toString('hex'),
      canister: parts.canisterId.toText(),
      owner: OWNER.toText(),
      venueKind: 'localnet',
      venueUrl: parts.exchangeUrl,
    });
    writeFileSync(this.config, text);
  }

  /** What the owner wishes from now on; what tightens holds at once. */
  setLimits(changes: Partial<Limits>): void {
    this.#act('set_limits', encodeLimits({ ...DEFAULT_LIMITS, ...changes }));
  }

  /** The owner's own word, from another machine than the agent's. */
  control(control: ControlKind): void {
    const id = new Uint8Array(16);
    new DataView(id.buffer).setUint32(12, ++this.#ids);
    this.#act(control, encodeControl({ id, control, account: 0, market: 0 }));
  }

  #act(method: string, frame: Uint8Array): void {
    const { result } = this.#subnet.callUpdate(
      this.canisterId.toUint8Array(),
      method,
      encodeBlob(frame),
      OWNER.toUint8Array(),
    );
    if (result.status !== 'replied') throw new Error(`${method}: ${JSON.stringify(result)}`);
    const answer = decodeAnswer(decodeBlob(result.reply));
    if (answer.kind === 'error') throw new Error(`${method}: ${answer.leaf}, ${answer.message}`);
  }

  /** The owner's whole log as the canister holds it. */
  records(): readonly LogEntry[] {
    const entries: LogEntry[] = [];
    for (;;) {
      const { result } = this.#subnet.callQuery(
        this.canisterId.toUint8Array(),
        'records',
        IDL.encode([IDL.Principal, IDL.Nat64, IDL.Nat32], [OWNER, BigInt(entries.length), 100]),
        OWNER.toUint8Array(),
      );
      if (result.status !== 'replied') throw new Error(`records: ${JSON.stringify(result)}`);
      const [[page]] = IDL.decode([IDL.Opt(PAGE)], result.reply) as unknown as [[Page] | []];
      if (page === undefined || page.entries.length === 0) return entries;
      for (const { record, frame } of page.entries)
        entries.push({ record: Uint8Array.from(record), frame: Uint8Array.from(frame) });
    }
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The ready network that is copied. */
export class TradeNetworks {
  readonly #recording: Recording;
  readonly #keys: Awaited<ReturnType<typeof subnetKeysFromSeed>>;
  readonly #canisterId: Principal;
  #image: Image;
  /** State directory of an agent that has warmed its feed and stopped. */
  readonly #folder: string;

  private constructor(
    recording: Recording,
    keys: Awaited<ReturnType<typeof subnetKeysFromSeed>>,
    canisterId: Principal,
    image: Image,
    folder: string,
  ) {
    this.#recording = recording;
    this.#keys = keys;
    this.#canisterId = canisterId;
    this.#image = image;
    this.#folder = folder;
  }

  /**
   * Deploys, registers an owner, grants an agent.
   * @param warm lets the agent warm its feed on the network it is given
   */
  static async open(
    recording: Recording,
    warm: (network: TradeNetwork) => Promise<void>,
  ): Promise<TradeNetworks> {
    const [{ gzPath }, keys] = await Promise.all([
      buildCanister(),
      subnetKeysFromSeed(createHash('sha256').update(SEED).digest()),
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'plm-trades-'));
    mkdirSync(join(folder, 'state'), { mode: 0o700 });
    const agent = (await createIdentityFile(join(folder, 'state', 'agent.pem'))).getPrincipal();
    const subnet = new LocalSubnet({ seed: SEED, clock: clockOfMs(() => START_MS) });
    const canisterId = subnet.createCanister({ controllers: [DEPLOYER] });
    subnet.installCode(canisterId, new Uint8Array(readFileSync(gzPath)), { sender: DEPLOYER });
    const unbounded = [2n ** 53n - 1n];
    const call = (method: string, arg: Uint8Array, sender: Uint8Array): void => {
      const { result } = subnet.callUpdate(canisterId, method, arg, sender);
      if (result.status !== 'replied') throw new Error(`${method}: ${JSON.stringify(result)}`);
    };
    const policy = {
      registration: [{ open: null }],
      add_invites: [],
      remove_invites: [],
      owner_updates_per_day: unbounded,
      owner_instructions_per_day: unbounded,
      instructions_per_day: unbounded,
    };
    call('set_policy', IDL.encode([POLICY], [policy]), DEPLOYER);
    const owner = OWNER.toUint8Array();
    call('register', encodeBlob(encodeLimits(DEFAULT_LIMITS)), owner);
    const grant = encodeGrant({ agent: agent.toUint8Array(), expiresMs: START_MS + 30 * DAY_MS });
    call('grant', encodeBlob(grant), owner);
    const all = new TradeNetworks(
      recording,
      keys,
      Principal.fromUint8Array(canisterId),
      imageOf(subnet),
      folder,
    );
    const first = await all.#served(folder);
    try {
      await warm(first.network);
      all.#image = imageOf(first.subnet);
    } finally {
      for (const close of first.closers) await close();
    }
    return all;
  }

  /** A network of its own at the first bar, with the agent's state beside it. */
  async copy(): Promise<TradeNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'plm-trade-'));
    cpSync(this.#folder, folder, { recursive: true });
    return (await this.#served(folder)).network;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #served(folder: string) {
    let marketMs = (): number => START_MS;
    const clock = clockOfMs(() => marketMs());
    const { text, blobs } = this.#image;
    const subnet = new LocalSubnet({
      seed: SEED,
      clock,
      image: { text, blobs: { get: (hash) => blobOf(blobs, hash) } },
    });
    const exchange: Exchange = new Exchange({
      recording: this.#recording,
      startMs: START_MS,
      walletE8: WALLET_E8,
      stopSlippage: 'none',
      now: () => exchange.venue.timeMs,
    });
    marketMs = () => exchange.venue.timeMs;
    // Whoever is told of a new time by the exchange finds the network there already.
    exchange.watchers.add(() => {
      if (subnet.timeNs() < clock.nowNs()) subnet.tick();
    });
    const ic = await IcServer.start({ subnet, keys: this.#keys });
    const server = new ExchangeServer(exchange, {
      'GET /localnet/v1/clock': () => ({ kind: 'market', timeMs: exchange.venue.timeMs }),
    });
    const exchangeUrl = await server.start(0);
    const closers = [() => server.close(), () => ic.close()];
    const canisterId = this.#canisterId;
    const network = new TradeNetwork({ exchange, exchangeUrl, ic, subnet, canisterId, folder, closers });
    return { network, subnet, closers };
  }
}

function imageOf(subnet: LocalSubnet): Image {
  const blobs = new Map<string, Uint8Array>();
  const put = (content: Uint8Array): string => {
    const hash = createHash('sha256').update(content).digest('hex');
    if (!blobs.has(hash)) blobs.set(hash, content.slice());
    return hash;
  };
  return { text: subnet.image({ put, keep: (hash) => blobs.has(hash) }), blobs };
}

function blobOf(blobs: ReadonlyMap<string, Uint8Array>, hash: string): Uint8Array {
  const blob = blobs.get(hash);
  if (blob === undefined) throw new RangeError(`expected a piece ${hash} of the image, got none`);
  return blob;
}
