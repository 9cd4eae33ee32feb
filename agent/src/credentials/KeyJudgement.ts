import type { Permissions } from '../venue/Venue.ts';

/** How far an agent's orders go: nowhere, to a simulated venue, to a real one. */
export type Mode = 'advisory' | 'paper' | 'live';

/** `refused`: the agent does not start in this mode with this key. */
export type KeySeverity = 'fine' | 'warning' | 'refused';

/** One thing that is known, or not known, of a key. */
export interface KeyFinding {
  readonly severity: KeySeverity;
  readonly code:
    | 'can-withdraw'
    | 'cannot-withdraw'
    | 'permissions-unknown'
    | 'no-ip-restriction'
    | 'ip-restricted'
    | 'cannot-trade'
    | 'can-trade'
    | 'expired'
    | 'expires-soon'
    | 'expiry-unknown'
    | 'expiry';
  /** What is so and what to do. */
  readonly message: string;
}

const DAY_MS = 86_400_000;
/** From this long before its end a key is warned about. */
const EXPIRY_WARNING_MS = 7 * DAY_MS;

/**
 * What may be done with a key, finding by finding; `isRefused` sums it up. Unknown is not safe: live trading needs to
 * know that the key cannot withdraw and that it may trade.
 * @param nowMs wall time
 */
export function judgeKey(permissions: Permissions, mode: Mode, nowMs: number): readonly KeyFinding[] {
  return [
    withdrawal(permissions, mode),
    trading(permissions, mode),
    address(permissions),
    expiry(permissions, mode, nowMs),
  ];
}

export function isRefused(findings: readonly KeyFinding[]): boolean {
  return findings.some(({ severity }) => severity === 'refused');
}

function withdrawal({ canWithdraw }: Permissions, mode: Mode): KeyFinding {
  switch (canWithdraw) {
    case true:
      return {
        severity: 'refused',
        code: 'can-withdraw',
        message:
          'The key may move money out of the account. Make a key without withdrawal and transfer rights, and delete this one.',
      };
    case false:
      return { severity: 'fine', code: 'cannot-withdraw', message: 'The key cannot withdraw.' };
    case null:
      return {
        severity: mode === 'live' ? 'refused' : 'warning',
        code: 'permissions-unknown',
        message: `Whether the key may withdraw could not be read; ${mode === 'live' ? 'live trading needs to know' : `${mode} goes on without knowing, live would not`}. Allow the key to read its own restrictions.`,
      };
  }
}

function trading({ canTradeFutures }: Permissions, mode: Mode): KeyFinding {
  switch (canTradeFutures) {
    case true:
      return { severity: 'fine', code: 'can-trade', message: 'The key may trade futures.' };
    case false:
      return {
        severity: mode === 'advisory' ? 'warning' : 'refused',
        code: 'cannot-trade',
        message:
          'The key may not trade futures: no stop could be placed with it. Enable futures for the key.',
      };
    case null:
      return {
        severity: mode === 'live' ? 'refused' : 'warning',
        code: 'permissions-unknown',
        message:
          'Whether the key may trade futures could not be read. Allow the key to read its own restrictions.',
      };
  }
}

function address({ isIpRestricted }: Permissions): KeyFinding {
  if (isIpRestricted === true) {
    return {
      severity: 'fine',
      code: 'ip-restricted',
      message: 'The key works from the listed addresses only.',
    };
  }
  return {
    severity: 'warning',
    code: 'no-ip-restriction',
    message:
      isIpRestricted === false
        ? 'The key works from anywhere: whoever copies it can trade the account away. Restrict it to this machine’s address.'
        : 'Whether the key is restricted to addresses could not be read. Restrict it to this machine’s address.',
  };
}

function expiry({ expiresMs }: Permissions, mode: Mode, nowMs: number): KeyFinding {
  if (expiresMs === null) {
    return {
      severity: 'fine',
      code: 'expiry-unknown',
      message:
        'The venue tells no end of the key. Some venues end keys without an address list after 90 days: note the date.',
    };
  }
  const date = new Date(expiresMs).toISOString().slice(0, 16).replace('T', ' ');
  if (expiresMs <= nowMs) {
    return {
      severity: mode === 'advisory' ? 'warning' : 'refused',
      code: 'expired',
      message: `The key’s right to trade ended ${date} UTC: nothing could be closed with it. Make a new key.`,
    };
  }
  const isSoon = expiresMs - nowMs <= EXPIRY_WARNING_MS;
  return {
    severity: isSoon ? 'warning' : 'fine',
    code: isSoon ? 'expires-soon' : 'expiry',
    message: `The key’s right to trade ends ${date} UTC.${isSoon ? ' Make a new key before: an expired key cannot close a position.' : ''}`,
  };
}
