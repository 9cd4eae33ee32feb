// Run as a process of its own: carries one decision out and kills itself, as a power cut would, at a named point.
import { parseArgs } from 'node:util';
import { Journal } from '../../journal/Journal.ts';
import type { Role } from '../../journal/Rows.ts';
import { openBinanceUsdm } from '../../venue/BinanceUsdm.ts';
import type { OrderRequest, Venue, VenueOrder } from '../../venue/Venue.ts';
import { parseClientOrderId } from '../ClientOrderId.ts';
import { Executor } from '../Executor.ts';
import { certified, decisionOf } from './Decisions.ts';
import { KEYS } from './Market.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    journal: { type: 'string' },
    role: { type: 'string' },
    point: { type: 'string' },
  },
});
const { url = '', journal: path = '', role = '', point = '' } = values;

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

const journal = new Journal(path);
const isDoomed = (id: string): boolean => parseClientOrderId(id)?.role === (role as Role);
if (point === 'intended') {
  const markSent = journal.markSent.bind(journal);
  journal.markSent = (id) => (isDoomed(id) ? die() : markSent(id));
}
const venue = await openBinanceUsdm({ symbol: 'ICPUSDT', ...KEYS, baseUrl: url });
const doomed = Object.assign(Object.create(venue) as Venue, {
  send: async (order: OrderRequest): Promise<VenueOrder> => {
    if (point === 'before-wire' && isDoomed(order.clientOrderId)) die();
    const accepted = await venue.send(order);
    if (point === 'after-wire' && isDoomed(order.clientOrderId)) die();
    return accepted;
  },
});
// Private members are reached through the real object only.
for (const name of [
  'instrument',
  'market',
  'position',
  'restingOrders',
  'fills',
  'forcedCloses',
  'settings',
  'lookUp',
  'prepare',
  'cancel',
] as const) {
  Object.assign(doomed, { [name]: (venue[name] as (...args: unknown[]) => unknown).bind(venue) });
}
const executor = new Executor({ venue: doomed, journal });
await executor.recover();
await executor.carryOut(await certified(decisionOf({ action: 'ENTER', reason: 'plan' })));
