import { Principal } from '@icp-sdk/core/principal';
import { z } from 'zod';
import { AlertsConfig } from '../alert/AlertsConfig.ts';
import { ADOPTED_POLICIES } from '../execute/Context.ts';
import { MetricsConfig } from '../metrics/MetricsConfig.ts';
import { SignalsConfig } from '../signal/SignalsConfig.ts';

/** What an agent may do: show decisions, act on a simulated account, or send real orders. */
export const MODES = ['advisory', 'paper', 'live'] as const;
export type Mode = (typeof MODES)[number];

const principal = z.string().refine(isPrincipal, 'a principal such as uxrrr-q7777-77774-qaaaq-cai');
const symbol = z
  .string()
  .regex(
    /^[A-Z0-9]{2,12}(USDT|-USDT-SWAP)$/,
    "the venue's own id of a perpetual, such as ICPUSDT or ICP-USDT-SWAP",
  );

const NETWORK = z.strictObject({
  /** Tried in this order: the next one answers when one does not. */
  urls: z.array(z.url({ protocol: /^https?$/ })).min(1),
  /** `mainnet`, or the DER key of another network in hex. Never fetched. */
  rootKey: z.union([
    z.literal('mainnet'),
    z.string().regex(/^([0-9a-f]{2}){64,}$/i, 'mainnet, or a DER key in hex'),
  ]),
});

const VENUE = z
  .strictObject({
    kind: z.enum(['binanceusdm', 'localnet', 'bybit', 'okx']),
    /** Only for `localnet`: where the local exchange listens. */
    url: z.url({ protocol: /^http$/ }).optional(),
    symbol: symbol.optional(),
    leader: symbol.optional(),
  })
  .transform(({ kind, url, ...named }) => {
    const id = (coin: string): string => (kind === 'okx' ? `${coin}-USDT-SWAP` : `${coin}USDT`);
    const { symbol: own = id('ICP'), leader = id('ETH') } = named;
    return { kind, ...(url === undefined ? {} : { url }), symbol: own, leader };
  })
  .superRefine(({ kind, url, symbol: own, leader }, context) => {
    for (const [name, id] of Object.entries({ symbol: own, leader })) {
      if (id.includes('-') !== (kind === 'okx'))
        context.addIssue({ code: 'custom', path: [name], message: `an id of ${kind}'s, got ${id}` });
    }
    if (kind === 'localnet' && url === undefined)
      context.addIssue({ code: 'custom', path: ['url'], message: 'the URL of the local exchange' });
    if (kind !== 'localnet' && url !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['url'],
        message: `nothing: ${kind} has addresses of its own`,
      });
  });

const CADENCE = z.strictObject({
  /** With nothing happening the canister is told this often. */
  heartbeatSeconds: z.number().min(10).max(110).default(60),
  /** Relays of a closed bar are spread over this long, so that agents do not all come at once. */
  jitterSeconds: z.number().min(0).max(60).default(5),
  /** Nearer than this to stop, take-profit or liquidation, the canister is asked more often. */
  nearPercent: z.number().min(0.01).max(20).default(0.5),
  /** A move of the leader within five minutes that is told at once. */
  leaderPercent: z.number().min(0.1).max(50).default(1),
  /** Never more often than this, except after a fill. */
  leastSeconds: z.number().min(1).max(60).default(10),
});

const BUDGET = z.strictObject({
  /** Updates per UTC day. Closed bars and fills are always told; the rest stops when this is used up. */
  updatesPerDay: z.number().int().min(300).max(100_000).default(2_000),
  /** What one update costs the canister, for the display; estimated. */
  cyclesPerUpdate: z.number().min(0).default(0),
});

const SCHEMA = z.strictObject({
  network: NETWORK,
  canister: principal,
  owner: principal,
  /** Which of the owner's accounts this agent was granted. One is paper, live or local for ever. */
  account: z.int().min(0).max(15).default(0),
  venue: VENUE,
  /** Journal, receipts and key; relative to the configuration file. */
  state: z.string().min(1).default('./state'),
  /** The owner's page, for links. */
  page: z.url({ protocol: /^https?$/ }).optional(),
  /** What to do with a position that was opened by hand. */
  adopted: z.enum(ADOPTED_POLICIES).default('protect'),
  cadence: CADENCE.prefault({}),
  budget: BUDGET.prefault({}),
  paper: z.strictObject({ equityUsdt: z.number().positive().max(1e9).default(1_000) }).prefault({}),
  alerts: AlertsConfig.prefault({}),
  signals: SignalsConfig.prefault({}),
  metrics: MetricsConfig.prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

/** One agent's configuration, checked. */
export type Config = z.output<typeof SCHEMA>;
export type CadenceConfig = Config['cadence'];
export type BudgetConfig = Config['budget'];

function isPrincipal(text: string): boolean {
  try {
    return Principal.fromText(text).toText() === text;
  } catch {
    return false;
  }
}

/** What is wrong with a value, one line for each place; empty when nothing is. */
export function checkConfig(value: unknown): {
  readonly config: Config | null;
  readonly faults: readonly string[];
} {
  const checked = SCHEMA.safeParse(value);
  if (checked.success) return { config: checked.data, faults: [] };
  return {
    config: null,
    faults: checked.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
  };
}
