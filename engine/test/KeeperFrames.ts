import {
  decodeClaim,
  decodeConfirmation,
  decodeControl,
  decodeInvitation,
  decodeModeChange,
  decodeRecovery,
  decodeReport,
  decodeResolution,
  decodeRevocation,
  decodeRotation,
  DEFAULT_LIMITS,
  encodeClaim,
  encodeConfirmation,
  encodeControl,
  encodeInvitation,
  encodeModeChange,
  encodeRecovery,
  encodeReport,
  encodeResolution,
  encodeRevocation,
  encodeRotation,
  type Limits,
} from '../src/index.ts';
import { idOf, START_MS } from './market.ts';

/** Limits that use every part of their frame. */
export const FULL_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  kellyWins: 30,
  kellyTrades: 60,
  kellyPayoff: 1.5,
  accountCapitalUsdt: DEFAULT_LIMITS.accountCapitalUsdt.map((_, account) => 1_000 + account),
  venues: ['binance-usdm', 'localnet'],
  symbols: ['ICPUSDT'],
};

type Case = readonly [string, Uint8Array, (frame: Uint8Array) => unknown, (value: never) => Uint8Array];

/** One example of every frame that acts on the owner's rules. */
export const KEEPER_FRAMES: readonly Case[] = [
  [
    'revocation',
    encodeRevocation(idOf(7)),
    (frame) => ({ agent: decodeRevocation(frame) }),
    ({ agent }: { agent: Uint8Array }) => encodeRevocation(agent),
  ],
  [
    'rotation',
    encodeRotation(idOf(7), Uint8Array.of(1, 2)),
    decodeRotation,
    ({ from, to }: ReturnType<typeof decodeRotation>) => encodeRotation(from, to),
  ],
  [
    'control',
    encodeControl({ id: idOf(3), control: 'flatten', account: 2, market: null }),
    decodeControl,
    encodeControl,
  ],
  [
    'mode',
    encodeModeChange({ id: idOf(4), account: 1, mode: 'live', evidence: 3 }),
    decodeModeChange,
    encodeModeChange,
  ],
  [
    'report',
    encodeReport({
      id: idOf(5),
      place: { account: 1, market: 2 },
      report: 'execution',
      decision: 77,
      timeMs: START_MS,
      side: -1,
      quantity: 12.5,
      price: 9.875,
      code: 'filled',
    }),
    decodeReport,
    encodeReport,
  ],
  [
    'resolution',
    encodeResolution(idOf(6), 99),
    decodeResolution,
    ({ id, sequence }: ReturnType<typeof decodeResolution>) => encodeResolution(id, sequence),
  ],
  [
    'recovery',
    encodeRecovery(idOf(8), Uint8Array.of(1, 2, 3)),
    decodeRecovery,
    ({ id, recovery }: ReturnType<typeof decodeRecovery>) => encodeRecovery(id, recovery),
  ],
  [
    'claim',
    encodeClaim({ id: idOf(9), claim: 'cancel-recovery', owner: Uint8Array.of(1, 2) }),
    decodeClaim,
    encodeClaim,
  ],
  [
    'confirmation',
    encodeConfirmation({ id: idOf(11), place: { account: 3, market: 1 }, barMs: START_MS }),
    decodeConfirmation,
    encodeConfirmation,
  ],
  [
    'invitation',
    encodeInvitation(idOf(10), FULL_LIMITS),
    decodeInvitation,
    ({ code, limits }: ReturnType<typeof decodeInvitation>) => encodeInvitation(code, limits),
  ],
];
