import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ed25519KeyIdentity } from '@icp-sdk/core/identity';
import { Principal } from '@icp-sdk/core/principal';
import { BAR_MS, DEFAULT_LIMITS, encodeKeeper } from '@plimsoll/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpAgent } from '../../../agent/src/canister/Network.ts';
import { OwnerLog } from '../../../agent/src/canister/OwnerLog.ts';
import { ACCOUNT_VIEW, AGENT_VIEW, REPORT_VIEW } from '../../../agent/src/canister/OwnerViews.ts';
import type { Readable } from '../../../agent/src/canister/Readable.ts';
import { RiskCanister } from '../../../agent/src/canister/RiskCanister.ts';
import { ReceiptStore } from '../../../agent/src/receipts/ReceiptStore.ts';
import { IcServer } from '../../../localnet/src/ic/http/IcServer.ts';
import { createMarket, historyOf, idOf, lookOf } from './support/Market.ts';
import { builtWasm, KEYS, Risk } from './support/Risk.ts';
import { VIEWS } from './support/Views.ts';

/* What an owner sees of rules, agents, accounts and reports, through the client that agent and page use. */

const BARS = 60;
const market = createMarket(BARS + 2, 77);
const rootKey = KEYS.root.publicKeyDer;
const key = (seed: number): Ed25519KeyIdentity => Ed25519KeyIdentity.generate(new Uint8Array(32).fill(seed));
const keys = { owner: key(1), agent: key(2), stranger: key(3) };
const ownerBytes = keys.owner.getPrincipal().toUint8Array();
const agentBytes = keys.agent.getPrincipal().toUint8Array();

let risk: Risk;
let server: IcServer;
let folder: string;
let ports: Record<keyof typeof keys, RiskCanister>;
let startedMs: number;
let decision: number;
beforeAll(async () => {
  startedMs = Date.now();
  risk = new Risk(await builtWasm(), startedMs);
  server = await IcServer.start({ subnet: risk.subnet, keys: KEYS });
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-views-'));
  const canisterId = Principal.fromUint8Array(risk.id);
  const store = await ReceiptStore.open(folder);
  const log = await OwnerLog.open({ owner: ownerBytes, canisterId, rootKey, store });
  const port = (identity: Ed25519KeyIdentity): RiskCanister => {
    const agent = createHttpAgent({ host: server.url, rootKey }, identity);
    return new RiskCanister({ agent, canisterId, rootKey, log, pollIntervalMs: 50 });
  };
  ports = { owner: port(keys.owner), agent: port(keys.agent), stranger: port(keys.stranger) };
  const { owner, agent } = ports;
  await owner.register({ ...DEFAULT_LIMITS, maxLeverage: 7 });
  await owner.grant({ agent: agentBytes, expiresMs: startedMs + 9e8, scopes: ['relay', 'report'] });
  await agent.loadHistory(historyOf(market, BARS));
  const bar = market.bars[BARS]!;
  const position = {
    side: 1,
    quantity: 80,
    entryPrice: bar.close / 2,
    walletUsdt: 9_000,
    venueLiquidationPrice: 0,
    openedMs: bar.timeMs,
  } as const;
  const seen = await agent.observe(lookOf(market, BARS, { position }));
  decision = seen.log.sequence;
  const place = { account: 0, market: 0 };
  const told = { id: idOf(5), place, report: 'violation', decision, timeMs: bar.timeMs + BAR_MS } as const;
  await agent.report({ ...told, side: -1, quantity: 80, price: 4.5, code: 'no-stop' });
  await owner.halt(idOf(6), { account: 0, market: null });
}, 120_000);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe('the reads for display, through the client', () => {
  it('have the types that the canister’s have, field by field', () => {
    const known: [Readable<unknown>, { display(): string }][] = [
      [AGENT_VIEW, VIEWS.agents],
      [ACCOUNT_VIEW, VIEWS.portfolio],
      [REPORT_VIEW, VIEWS.reports],
    ];
    for (const [ours, theirs] of known) expect(ours.type.display()).toBe(theirs.display());
  });

  it('show the owner and an agent of theirs the agents, with lease and silence', async () => {
    const expected = {
      agent: agentBytes,
      account: 0,
      scopes: ['relay', 'report'],
      expiresMs: startedMs + 9e8,
      revokedMs: null,
      lastRelayMs: startedMs,
      leaseUntilMs: startedMs + 120_000,
      silent: false,
    };
    expect(await ports.owner.agents()).toEqual([expected]);
    expect(await ports.agent.agents()).toEqual([expected]);
  });

  it('show what an account holds, in what mode, and that it is halted', async () => {
    const [account, ...others] = await ports.owner.portfolio();
    expect(others).toEqual([]);
    const { close } = market.bars[BARS]!;
    expect(account).toMatchObject({
      account: 0,
      venue: 'binance-usdm',
      kind: 'replay',
      mode: 'advisory',
      halted: true,
      manual: false,
      breaker: null,
      breakerUntilMs: null,
      feedTimeMs: market.bars[BARS]!.timeMs + BAR_MS,
      equityUsdt: 10_000,
      markets: [{ market: 0, symbol: 'ICPUSDT', side: 1, quantity: 80, markPrice: close }],
    });
    expect(account!.grossUsdt).toBeCloseTo(80 * close, 6);
    expect(account!.unrealisedUsdt).toBeCloseTo(40 * close, 5);
  });

  it('show a report beside the decision that it is about', async () => {
    const [report, ...others] = await ports.owner.reports();
    expect(others).toEqual([]);
    expect(report).toMatchObject({
      sequence: decision + 1,
      icTimeMs: startedMs,
      kind: 'violation',
      code: 'no-stop',
      open: true,
      side: -1,
      quantity: 80,
      decision,
      departure: { filledQuantity: 0 },
    });
    expect(['HOLD', 'REDUCE', 'CLOSE']).toContain(report!.decided!.action);
  });

  it('give the whole state of the rules, the very bytes that a checkpoint would hash', async () => {
    const keeper = await ports.owner.keeper();
    expect(keeper!.limits.maxLeverage).toBe(7);
    expect(encodeKeeper(keeper!)).toEqual(encodeKeeper(risk.keeper(ownerBytes, ownerBytes)!));
  });

  it('show a stranger nothing', async () => {
    const { stranger } = ports;
    expect(await stranger.agents()).toEqual([]);
    expect(await stranger.portfolio()).toEqual([]);
    expect(await stranger.reports()).toEqual([]);
    expect(await stranger.keeper()).toBeNull();
  });
});
