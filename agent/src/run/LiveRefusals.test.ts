import { IDL } from '@icp-sdk/core/candid';
import { Principal } from '@icp-sdk/core/principal';
import { afterEach, expect, test } from 'vitest';
import { httpServer } from '../alert/testing/Servers.ts';
import { FaultyProxy } from '../execute/testing/FaultyProxy.ts';
import { LiveScene } from './testing/LiveScene.ts';

let scene: LiveScene;
let proxy: FaultyProxy | null = null;

afterEach(async () => {
  await scene.close();
  await proxy?.close();
  proxy = null;
});

async function running(): Promise<void> {
  await scene.until('running', ({ decision, entryBars }) => decision !== null && entryBars.length === 0);
}

const Reports = IDL.Vec(
  IDL.Record({ account: IDL.Nat8, kind: IDL.Text, code: IDL.Text, quantity: IDL.Float64 }),
);

async function reports(): Promise<readonly { readonly code: string; readonly quantity: number }[]> {
  return scene.asOwner(async (_, agent) => {
    const arg = IDL.encode([IDL.Principal], [await agent.getPrincipal()]);
    const canister = Principal.fromText(scene.demo.deployed.canister);
    const reply = await agent.query(canister, { methodName: 'reports', arg });
    if (!('reply' in reply)) throw new Error(reply.reject_message);
    return IDL.decode([Reports], reply.reply.arg)[0] as unknown as { code: string; quantity: number }[];
  });
}

test('what became of orders arrives in the canister; a second agent on the account is refused and ends, the first goes on', async () => {
  scene = await LiveScene.open();
  const first = scene.start('live');
  await running();
  const entered = await scene.command('enter', 'long', '300', '--json');
  const { quantity } = JSON.parse(entered.stdout) as { readonly quantity: number };
  expect(quantity).toBeGreaterThan(0);

  const second = scene.start('live', {}, await scene.secondAgent());
  expect(await scene.ended(second)).toBe(3);
  expect(scene.output).toContain('"code":"second-agent"');
  expect(await scene.status()).toMatchObject({ phase: 'running', isProtected: true });

  expect((await scene.command('flatten', '--json')).code).toBe(0);
  await scene.until('flat', ({ position }) => position === null);
  await scene.advance('open');
  const codes = async () => (await reports()).map(({ code }) => code);
  const endMs = performance.now() + 20_000;
  while ((await codes()).length < 2 && performance.now() < endMs)
    await new Promise((r) => setTimeout(r, 200));
  expect(await reports()).toMatchObject([
    { code: 'entry-filled', quantity },
    { code: 'close-filled', quantity },
  ]);
  expect(await scene.end(first)).toBe(0);
}, 240_000);

test('a venue whose liquidation price is not ours: the worse is shown, it is told, and nothing more is entered', async () => {
  scene = await LiveScene.open();
  const webhook = await httpServer();
  proxy = new FaultyProxy(scene.exchangeUrl);
  proxy.rewrite = ({ path }, body) =>
    path === '/fapi/v3/positionRisk'
      ? JSON.stringify(
          (JSON.parse(body.toString('utf8')) as { liquidationPrice: string }[]).map((row) => ({
            ...row,
            liquidationPrice: String(Number(row.liquidationPrice) * 1.04),
          })),
        )
      : null;
  const url = await proxy.start();
  await scene.configure(
    (text) => `${text.replace(scene.exchangeUrl, url)}\nalerts: { webhook: { least: alarm } }\n`,
  );
  const agent = scene.start('live', { PLIMSOLL_WEBHOOK_URL: webhook.url });
  await running();
  expect(JSON.parse((await scene.command('enter', 'long', '300', '--json')).stdout)).toMatchObject({
    isEntered: true,
  });
  const held = await scene.until('barred', ({ entryBars }) =>
    entryBars.some(({ code }) => code === 'liquidation-disagrees'),
  );
  expect(held).toMatchObject({ isProtected: true });
  expect(JSON.parse((await scene.command('flatten', '--json')).stdout)).toMatchObject({ isFlat: true });
  const refused = await scene.command('enter', 'long', '300');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('no entry') as string });
  expect(webhook.received.map(({ body }) => (JSON.parse(body) as { key: string }).key)).toContain(
    'liquidation-disagrees',
  );
  expect(await scene.end(agent)).toBe(0);
  await webhook.close();
}, 240_000);

test('answers that are forged on their way: nothing follows, each is counted, it is told; genuine ones are believed again', async () => {
  scene = await LiveScene.open();
  const webhook = await httpServer();
  const { icUrl } = scene.demo.localnet.address;
  proxy = new FaultyProxy(icUrl);
  let isForging = false;
  proxy.rewrite = ({ path }, body) => {
    if (!isForging || !/\/(call|read_state)$/.test(path)) return null;
    const forged = Buffer.from(body);
    // Within the signature, which a certificate ends with.
    forged[forged.length - 20]! ^= 1;
    return forged;
  };
  const url = await proxy.start();
  await scene.configure(
    (text) => `${text.replace(icUrl, url)}\nalerts: { webhook: {} }\nmetrics: { enabled: true, port: 0 }\n`,
  );
  const agent = scene.start('live', { PLIMSOLL_WEBHOOK_URL: webhook.url });
  await running();
  const before = (await scene.status())?.decision?.timeMs;
  isForging = true;
  await scene.advance('open');
  await scene.until('barred', ({ entryBars }) => entryBars.some(({ code }) => code === 'canister-silent'));
  expect((await scene.command('enter', 'long', '300')).code).toBe(2);
  const told = () => webhook.received.map(({ body }) => (JSON.parse(body) as { key: string }).key);
  const endMs = performance.now() + 20_000;
  while (!told().includes('forgery:signature') && performance.now() < endMs)
    await new Promise((r) => setTimeout(r, 50));
  expect(told()).toContain('forgery:signature');
  expect((await scene.status())?.decision?.timeMs).toBe(before);
  const [, page = ''] = /"metrics":"(http:[^"]+)"/.exec(scene.output) ?? [];
  const metrics = await (await fetch(`${page}/metrics`)).text();
  expect(metrics).toMatch(/^plimsoll_refused_answers_total\{reason="signature"\} [1-9]/m);
  expect(metrics).not.toMatch(/^plimsoll_orders_total\{/m);
  isForging = false;
  await running();
  expect(await scene.end(agent)).toBe(0);
  await webhook.close();
}, 240_000);
