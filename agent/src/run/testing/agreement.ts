import { join } from 'node:path';
import { decodeObservation, decodeRecord, decodeReport, headInput, type LogRecord } from '@plimsoll/engine';
import { headHash } from '@plimsoll/proof';
import { sameBytes } from '../../canister/Bytes.ts';
import { OwnerLog } from '../../canister/OwnerLog.ts';
import { countDuplicates } from '../../execute/Protection.ts';
import { Journal } from '../../journal/Journal.ts';
import type { OrderRow } from '../../journal/Rows.ts';
import { ReceiptStore } from '../../receipts/ReceiptStore.ts';
import { openBinanceUsdm, type BinanceUsdm } from '../../venue/BinanceUsdm.ts';
import { VenueError } from '../../venue/VenueError.ts';
import { journalPathOf } from '../openAgent.ts';
import type { TradeNetwork } from './TradeNetwork.ts';

const NOISE = 1e-9;

/** How a trade ended that is over. */
export interface Ending {
  /** What venue, journal and canister say otherwise; empty when they agree. */
  readonly violations: readonly string[];
  /** Entries that the venue accepted: none where the moment for it was over when the agent was back. */
  readonly entries: number;
}

export async function endingOf(network: TradeNetwork): Promise<Ending> {
  const state = join(network.folder, 'state');
  const journal = new Journal(journalPathOf({ state }), Date.now, 'read');
  try {
    const baseUrl = network.exchangeUrl;
    const keys = { apiKey: 'localnet', secret: 'localnet-secret' };
    const venue = await openBinanceUsdm({ symbol: 'ICPUSDT', ...keys, baseUrl });
    const entries = await entriesOf(venue);
    const violations = [
      ...(await disagreements(venue, journal)),
      ...(entries > 1 ? [`${String(entries)} entries`] : []),
      ...(await ofCanister(network, state, journal)),
    ];
    return { violations, entries };
  } finally {
    journal.close();
  }
}

async function entriesOf(venue: BinanceUsdm): Promise<number> {
  const accepted = await reading(venue, () => venue.acceptedOrders(0));
  return accepted.filter(({ clientOrderId }) => clientOrderId.startsWith('plm-in-')).length;
}

/** The market's clock stands still while this machine's goes on: requests are signed with it, measured just before. */
async function reading<T>(venue: BinanceUsdm, read: () => Promise<T>): Promise<T> {
  for (let left = 10; ; left--) {
    try {
      await venue.synchronise();
      return await read();
    } catch (error) {
      if (left === 0 || !(error instanceof VenueError) || error.leaf !== 'clock-skew') throw error;
    }
  }
}

/** What venue and journal say otherwise once everything is closed; empty when they agree. */
export async function disagreements(venue: BinanceUsdm, journal: Journal): Promise<readonly string[]> {
  const found: string[] = [];
  const rows = journal.allOrders();
  const accepted = await reading(venue, () => venue.acceptedOrders(0));
  const duplicates = countDuplicates(rows, accepted);
  if (duplicates > 0) found.push(`${String(duplicates)} duplicate orders`);
  const { side, quantity } = await reading(venue, () => venue.position());
  if (side !== 0) found.push(`${String(quantity)} are still held after the close`);
  for (const order of await reading(venue, () => venue.restingOrders()))
    found.push(`orphan ${order.clientOrderId}`);
  for (const row of journal.unresolved()) found.push(`${row.clientOrderId} is ${row.state} in the journal`);
  for (const row of journal.confirmed()) found.push(`${row.clientOrderId} rests in the journal only`);
  for (const { clientOrderId } of accepted) {
    if (clientOrderId.startsWith('plm-') && journal.order(clientOrderId) === null)
      found.push(`${clientOrderId} is not in the journal`);
  }
  const sum = (fills: readonly { readonly quantity: number }[]) =>
    fills.reduce((all, fill) => all + fill.quantity, 0);
  const [theirs, ours] = [sum(await reading(venue, () => venue.fills(0))), sum(journal.fills(0))];
  if (Math.abs(theirs - ours) > NOISE) found.push(`fills: venue ${String(theirs)}, journal ${String(ours)}`);
  return found;
}

/** Orders of which the canister has to know: those that filled, and those that the venue refused. */
function isToldOf({ state, filledQuantity }: OrderRow): boolean {
  return state === 'rejected' || (filledQuantity > 0 && (state === 'filled' || state === 'cancelled'));
}

const lineOf = (code: string, quantity: number, price: number): string =>
  `${code} ${quantity.toFixed(8)} at ${price.toFixed(8)}`;

async function ofCanister(
  network: TradeNetwork,
  state: string,
  journal: Journal,
): Promise<readonly string[]> {
  const { canisterId, owner, rootKey } = network;
  const found: string[] = [];
  const entries = network.records();
  const records = entries.map(({ record, frame }) => ({ ...decodeRecord(record), record, frame }));
  const store = await ReceiptStore.open(join(state, 'receipts'));
  const log = await OwnerLog.open({ owner: owner.toUint8Array(), canisterId, rootKey, store });
  const newest = entries.at(-1);
  if (newest === undefined || !sameBytes(headHash(headInput(newest.record, newest.frame)), log.head.head))
    found.push(
      `the log: the agent is at record ${String(log.head.sequence)}, the canister at ${String(entries.length - 1)}`,
    );
  const wanted = journal
    .allOrders()
    .filter(isToldOf)
    .map((row) => lineOf(`${row.role}-${row.state}`, row.filledQuantity, row.averagePrice));
  const told = framesOf(records, 'report')
    .map(decodeReport)
    .map(({ code, quantity, price }) => lineOf(code, quantity, price));
  if (JSON.stringify(wanted.sort()) !== JSON.stringify(told.sort()))
    found.push(`reports: expected ${wanted.join(', ')}; the canister has ${told.join(', ')}`);
  for (const row of journal.unreported(100)) found.push(`${row.clientOrderId} was not reported`);
  const last = framesOf(records, 'observation').map(decodeObservation).at(-1);
  if (last?.position.side !== 0) found.push('the canister was not told that the position is closed');
  return found;
}

function framesOf(
  records: readonly (LogRecord & { readonly frame: Uint8Array })[],
  type: LogRecord['type'],
): readonly Uint8Array[] {
  return records.filter((record) => record.type === type).map(({ frame }) => frame);
}
