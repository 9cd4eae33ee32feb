import type { Credentials } from './Signature.ts';

/** One key of an account and what it may do. Reading is always allowed. */
export interface ApiKey extends Credentials {
  readonly mayTrade: boolean;
  readonly mayWithdraw: boolean;
  /** Addresses it may be used from; undefined is any. */
  readonly addresses: readonly string[] | undefined;
  /** When its right to trade ends, as the venue tells it (wall time); it is told, not acted on. */
  readonly expiresMs?: number;
}

export const LOOPBACK_ADDRESSES: readonly string[] = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

/** The ordinary key of an account on this machine: it trades, never withdraws, and may be bound to the loopback address. */
export function tradingKey(credentials: Credentials, ipRestricted: boolean): ApiKey {
  return {
    ...credentials,
    mayTrade: true,
    mayWithdraw: false,
    addresses: ipRestricted ? LOOPBACK_ADDRESSES : undefined,
  };
}

/** Whether a key may be used from an address, for reading or (to change anything) for trading. */
export function isAllowed(key: ApiKey, address: string, trades: boolean): boolean {
  return (!trades || key.mayTrade) && (key.addresses === undefined || key.addresses.includes(address));
}

/** What a key may do, as `GET /sapi/v1/account/apiRestrictions` shows it. */
export function restrictionsView(key: ApiKey, createTime: number): unknown {
  return {
    ipRestrict: key.addresses !== undefined,
    createTime,
    enableReading: true,
    enableWithdrawals: key.mayWithdraw,
    enableInternalTransfer: false,
    enableMargin: false,
    enableFutures: key.mayTrade,
    permitsUniversalTransfer: false,
    enableVanillaOptions: false,
    enableFixApiTrade: false,
    enableFixReadOnly: false,
    enableSpotAndMarginTrading: false,
    enablePortfolioMarginTrading: false,
    ...(key.expiresMs === undefined ? {} : { tradingAuthorityExpirationTime: key.expiresMs }),
  };
}
