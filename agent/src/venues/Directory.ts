/** How far this project's own adapter of a venue has been tried. */
export type AdapterState = 'accepted on a local network' | 'written, not proven live' | 'none';

export interface Listed {
  /** ccxt's id. */
  readonly id: string;
  /** Levels asked for of each side of the book: as many as the venue gives without a key. */
  readonly bookLevels: number;
  /** Kinds of market that are loaded, where ccxt lets one choose. */
  readonly marketTypes: readonly string[] | null;
  readonly adapter: AdapterState;
}

/** Venues that list a linear ICP perpetual, by turnover in mid-2026. */
export const DIRECTORY: readonly Listed[] = [
  { id: 'binanceusdm', bookLevels: 1_000, marketTypes: null, adapter: 'accepted on a local network' },
  { id: 'okx', bookLevels: 400, marketTypes: ['swap'], adapter: 'written, not proven live' },
  { id: 'bybit', bookLevels: 500, marketTypes: ['linear'], adapter: 'written, not proven live' },
  { id: 'bitget', bookLevels: 100, marketTypes: ['swap'], adapter: 'none' },
  { id: 'mexc', bookLevels: 1_000, marketTypes: ['swap'], adapter: 'none' },
  { id: 'kucoinfutures', bookLevels: 100, marketTypes: null, adapter: 'none' },
  { id: 'gate', bookLevels: 300, marketTypes: ['swap'], adapter: 'none' },
  { id: 'hyperliquid', bookLevels: 20, marketTypes: null, adapter: 'none' },
  { id: 'krakenfutures', bookLevels: 500, marketTypes: null, adapter: 'none' },
];
