import type { Account, MarginRule, MarginTier, Position } from '@plimsoll/engine';
import type { Exchange, MarketInterface } from 'ccxt';
import type { Grids } from '../BinanceMarket.ts';
import type { Reply } from '../Reply.ts';
import type {
  ForcedClose,
  FundingPayment,
  OrderKind,
  OrderRequest,
  Permissions,
  Settings,
  VenueOrder,
} from '../Venue.ts';

/** A perpetual as this adapter needs it. */
export interface Contract {
  /** ccxt's symbol, such as `ICP/USDT:USDT`. */
  readonly symbol: string;
  /** The venue's own id, such as `ICPUSDT` or `ICP-USDT-SWAP`. */
  readonly id: string;
  /** In base units and quote units, whatever the venue counts in. */
  readonly grids: Grids;
  /** Base units of one unit of the venue's own counting. */
  readonly contractSize: number;
  /** Smallest order, base units. */
  readonly minQuantity: number;
  /** Smallest order, USDT; null where the venue knows none. */
  readonly minNotionalUsdt: number | null;
}

/** What is held, before its opening is looked for. */
export type Held = Omit<Position, 'openedMs' | 'side'> & { readonly side: 1 | -1 };

/**
 * What ccxt's unified calls leave to each venue: names of parameters, fields of raw replies, and where account settings
 * live. Everything here is read from raw replies, for the unified fields lose what matters (which price triggers).
 */
export interface Dialect {
  readonly id: 'bybit' | 'okx';
  /** Our id as the venue allows it, and back; null for an id that is not ours. */
  readonly toVenueId: (clientOrderId: string) => string;
  readonly fromVenueId: (venueId: string) => string;
  readonly contractOf: (market: MarketInterface) => Contract;
  /** @param markPrice for venues whose tiers count contracts */
  readonly tiersOf: (tiers: readonly Reply[], contract: Contract, markPrice: number) => readonly MarginTier[];
  /** How it reckons margin, where that is not as Binance does. */
  readonly marginOf?: (takerFee: number) => MarginRule;
  /** Parameters beside symbol, type, side and amount, for ccxt's `createOrder`. */
  readonly parametersOf: (order: OrderRequest, venueId: string) => Readonly<Record<string, unknown>>;
  readonly orderOf: (raw: Reply, contract: Contract) => VenueOrder;
  /** Raw orders that rest, both kinds. */
  readonly resting: (client: Exchange, contract: Contract) => Promise<readonly Reply[]>;
  /** The raw order with this id; null when the venue says that there is none. @throws what ccxt throws */
  readonly find: (
    client: Exchange,
    contract: Contract,
    venueId: string,
    kind: OrderKind,
  ) => Promise<Reply | null>;
  /** Raw orders accepted after a time, done or not, both kinds. */
  readonly accepted: (
    client: Exchange,
    contract: Contract,
    sinceMs: number,
    nowMs: number,
  ) => Promise<readonly Reply[]>;
  /** Raw funding payments after a time, as far back as the venue tells, and what each of them says. */
  readonly fundingPayments: (
    client: Exchange,
    contract: Contract,
    sinceMs: number,
    nowMs: number,
  ) => Promise<readonly FundingPayment[]>;
  /** What kind of close by force one of our trades was, raw; null for any other. */
  readonly forcedKindOf: (rawTrade: Reply) => ForcedClose['kind'] | null;
  readonly cancel: (client: Exchange, contract: Contract, order: VenueOrder) => Promise<void>;
  readonly accountOf: (balance: Reply) => Account;
  /** Null when nothing is held. @throws VenueError `settings-differ` for hedge mode or cross margin */
  readonly heldOf: (raw: readonly Reply[], contract: Contract) => Held | null;
  readonly permissions: (client: Exchange) => Promise<Permissions>;
  readonly settings: (client: Exchange, contract: Contract) => Promise<Settings>;
  readonly setOneWay: (client: Exchange, contract: Contract) => Promise<unknown>;
  readonly setIsolated: (client: Exchange, contract: Contract, leverage: number) => Promise<unknown>;
  readonly setLeverage: (client: Exchange, contract: Contract, leverage: number) => Promise<unknown>;
}
