/**
 * What a signed order costs an unmodified ccxt beside a signed read, the exchange in a process of its own:
 * `npx tsx localnet/src/exchange/ExchangeServer.bench.ts`. The two take turns, so that noise meets both alike.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createSynthetic } from '../market/Synthetic.ts';
import { Exchange } from './Exchange.ts';
import { ExchangeServer } from './ExchangeServer.ts';
import { connect } from './test/Client.ts';

const ICP = 'ICP/USDT:USDT';
const ROUNDS = 2_000;
const WARM_UP = 400;
/** A market order may take this much of a balance's time. */
const LIMIT = 1.3;

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

async function serve(): Promise<void> {
  const exchange = new Exchange({ recording: createSynthetic({ seed: 1, bars: 3_000 }) });
  const base = await new ExchangeServer(exchange).start(0);
  process.send?.(base);
  process.once('disconnect', () => process.exit(0));
}

async function measure(base: string): Promise<void> {
  const client = connect(base);
  await client.loadMarkets();
  await client.setMarginMode('isolated', ICP);
  const calls: readonly (readonly [name: string, call: (i: number) => Promise<unknown>])[] = [
    ['fetchBalance', () => client.fetchBalance()],
    ['createOrder market', (i) => client.createOrder(ICP, 'market', i % 2 === 0 ? 'buy' : 'sell', 10)],
    [
      'createOrder limit',
      (i) => client.createOrder(ICP, 'limit', 'buy', 10, 1, { timeInForce: i < 0 ? 'GTC' : 'IOC' }),
    ],
  ];
  const timesMs = calls.map((): number[] => []);
  for (let i = 0; i < WARM_UP + ROUNDS; i++) {
    for (const [which, [, call]] of calls.entries()) {
      const begin = performance.now();
      await call(i);
      if (i >= WARM_UP) timesMs[which]?.push(performance.now() - begin);
    }
  }
  const [balanceMs = 0] = timesMs.map((times, which) => {
    times.sort((a, b) => a - b);
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(times, share).toFixed(3));
    console.log(`${(calls[which]?.[0] ?? '').padEnd(20)} p50 ${p50} ms  p95 ${p95} ms  p99 ${p99} ms`);
    return percentile(times, 0.5);
  });
  for (const [which, times] of timesMs.entries()) {
    if (which === 0) continue;
    const ratio = percentile(times, 0.5) / balanceMs;
    console.log(`${calls[which]?.[0]} / fetchBalance: ${ratio.toFixed(2)} (at most ${LIMIT})`);
    if (ratio > LIMIT) process.exitCode = 1;
  }
  await client.close();
}

if (process.send !== undefined && process.argv.includes('serve')) await serve();
else {
  const server = fork(fileURLToPath(import.meta.url), ['serve'], { execArgv: process.execArgv });
  const base = await new Promise<string>((resolve) =>
    server.once('message', (message) => resolve(String(message))),
  );
  try {
    await measure(base);
  } finally {
    server.disconnect();
  }
}
