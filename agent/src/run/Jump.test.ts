import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { httpServer } from '../alert/testing/Servers.ts';
import { randomIds } from '../observe/IdSource.ts';
import { LiveScene } from './testing/LiveScene.ts';
import { candleText, marketOf, START_MS, type Move } from './testing/TradeMarket.ts';

const BAR_MS = 300_000;
/** Doubled within a bar, then back to about where it was: no bar that follows is near the one that stands out. */
const MOVES: readonly Move[] = [
  [0, 0.001, -0.001, 0],
  [0, 1.05, -0.001, 1],
  [0, 0.001, -0.5, -0.48],
  [0, 0.001, -0.001, 0],
  [0, 0.001, -0.001, 0],
];

let scene: LiveScene;
let folder: string;

afterEach(async () => {
  await scene.close();
  rmSync(folder, { recursive: true });
});

test('a price that jumped is told of with the owner’s link, bars entries, and goes on by the owner’s word', async () => {
  folder = mkdtempSync(join(tmpdir(), 'plm-jump-'));
  const { market, leader } = marketOf(MOVES);
  const files = { market: join(folder, 'market.csv'), leader: join(folder, 'leader.csv') };
  writeFileSync(files.market, candleText(market.bars));
  writeFileSync(files.leader, candleText(leader.bars));
  scene = await LiveScene.open({ ...files, from: new Date(START_MS).toISOString().slice(0, 10) });
  const webhook = await httpServer();
  await scene.configure((text) => `${text}\nalerts: { webhook: {} }\n`);
  const agent = scene.start('live', { PLIMSOLL_WEBHOOK_URL: webhook.url });
  await scene.until('running', ({ decision, entryBars }) => decision !== null && entryBars.length === 0);
  expect((await scene.command('confirm')).stdout).toBe('No price waits to be confirmed.\n');

  await scene.advance('open');
  await scene.advance('open');
  const waiting = await scene.until('the jump told', ({ jump }) => jump !== null);
  const barMs = START_MS + BAR_MS;
  expect(waiting.jump).toMatchObject({ barMs });
  expect(waiting.entryBars.map(({ code }) => code)).toContain('price-jump');
  expect((await scene.command('enter', 'long', '300')).code).toBe(2);
  const text = await scene.command('confirm');
  expect(text.code).toBe(2);
  expect(waiting.priceDecimals).toBe(3);
  expect(text.stdout).toMatch(/jumped from \d+\.\d{3} to \d+\.\d{3}:/);
  expect(text.stdout).toContain(`#/confirm?`);
  const asked = await scene.command('confirm', '--json');
  const { link, jump } = JSON.parse(asked.stdout) as { readonly link: string; readonly jump: unknown };
  expect(jump).toEqual(waiting.jump);
  expect(new URLSearchParams(link.split('?')[1]).get('bar')).toBe(String(barMs));
  const told = () => webhook.received.map(({ body }) => (JSON.parse(body) as { key: string }).key);
  await expect.poll(told, { timeout: 20_000 }).toContain('price-jump');
  // Once, and not at every refusal.
  expect(told().filter((key) => key === 'price-jump')).toHaveLength(1);
  expect((await scene.status())?.events.filter(({ code }) => code === 'refused-quarantined')).toEqual([]);

  const place = { account: 0, market: 0 };
  await scene.asOwner((port) => port.confirmJump({ id: randomIds(Date.now()), place, barMs }));
  await scene.until('taken in', ({ jump: left, entryBars }) => left === null && entryBars.length === 0);
  expect(await scene.end(agent)).toBe(0);
  await webhook.close();
}, 240_000);
