/** What a signed order costs an unmodified ccxt beside a signed read, the exchange in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from '../src/exchange/test/Client.ts';
import type { Row } from './Row.ts';
import { interleaved } from './Sample.ts';

const ICP = 'ICP/USDT:USDT';

export async function venueRows(rounds: number): Promise<Row[]> {
  const path = fileURLToPath(new URL('VenueProcess.ts', import.meta.url));
  const child = fork(path, { execArgv: ['--import', 'tsx'] });
  try {
    const [base] = (await once(child, 'message')) as [string];
    return await orders(base, rounds);
  } finally {
    child.kill();
  }
}

async function orders(base: string, rounds: number): Promise<Row[]> {
  const client = connect(base);
  await client.loadMarkets();
  await client.setMarginMode('isolated', ICP);
  const t = await interleaved(
    {
      balance: () => client.fetchBalance(),
      market: (i) => client.createOrder(ICP, 'market', i % 2 === 0 ? 'buy' : 'sell', 10),
      limit: () => client.createOrder(ICP, 'limit', 'buy', 10, 1, { timeInForce: 'IOC' }),
    },
    rounds,
  );
  await client.close();
  const ratio = (of: keyof typeof t): number => t[of].p50 / t.balance.p50;
  return [
    { name: 'ccxt fetchBalance, signed', value: t.balance.p50, unit: 'ms' },
    { name: 'ccxt createOrder, market', value: t.market.p50, unit: 'ms' },
    { name: '  / fetchBalance', value: ratio('market'), unit: '×', atMost: 1.3 },
    { name: 'ccxt createOrder, limit', value: t.limit.p50, unit: 'ms' },
    { name: '  / fetchBalance', value: ratio('limit'), unit: '×', atMost: 1.3 },
  ];
}
