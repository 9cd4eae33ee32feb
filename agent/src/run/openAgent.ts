import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Principal } from '@icp-sdk/core/principal';
import type { Config, Mode } from '../config/Config.ts';
import type { RiskCanister } from '../canister/RiskCanister.ts';
import { readGrant, readHealth } from '../canister/Standing.ts';
import { SYSTEM_CLOCK, type Timing } from '../execute/Context.ts';
import { Executor, type ExecutorOptions } from '../execute/Executor.ts';
import { Journal } from '../journal/Journal.ts';
import type { Alert } from '../alert/Alert.ts';
import { randomIds } from '../observe/IdSource.ts';
import { Observer } from '../observe/Observer.ts';
import { relayedIn } from '../observe/relayedIn.ts';
import { PaperVenue } from '../paper/PaperVenue.ts';
import { paperStream } from '../paper/paperStream.ts';
import { pruneTicks, putMark } from '../receipts/Mark.ts';
import { LiveMarket } from '../stream/LiveMarket.ts';
import { streamedVenue } from '../stream/StreamedVenue.ts';
import type { VenueStream } from '../stream/VenueStream.ts';
import type { Venue } from '../venue/Venue.ts';
import { accountHashOf } from './accountHash.ts';
import { Budget } from './Budget.ts';
import { jitterOf } from './Cadence.ts';
import { EntryBars } from './EntryBars.ts';
import { HaltFile } from './HaltFile.ts';
import { lastDecision } from './lastDecision.ts';
import { Live } from './Live.ts';
import { LiquidationCheck } from './LiquidationCheck.ts';
import type { LiveFollower } from './LiveParts.ts';
import { openCanister } from './openCanister.ts';
import { openVenue, type Keys } from './openVenue.ts';
import { Owed } from './Owed.ts';
import { Rounds } from './Rounds.ts';
import { Session, type SessionParts } from './Session.ts';
import { following, sharedClock } from './sharedClock.ts';
import { Tenure } from './Tenure.ts';
import { Voice } from './Voice.ts';

export interface AgentOptions {
  readonly config: Config;
  readonly mode: Mode;
  /** Null where there are none: then only a paper account can be acted on. */
  readonly keys: Keys | null;
  readonly follower: LiveFollower;
  /** What a doctor found wanting before the start, and how to ask it again. */
  readonly health?: Health;
  /** Told of everything that a person should know. */
  readonly onAlert: (alert: Alert) => void;
  readonly gauges?: Gauges;
  /** How long things may take on the venue; for one on this machine, less than elsewhere. */
  readonly timing?: Partial<Timing>;
}

export interface Health {
  /** Bars entries until it is mended; null for nothing. */
  readonly failed: string | null;
  readonly again: () => Promise<string | null>;
}

/** Measured as it happens. */
export interface Gauges {
  readonly onOutcome: NonNullable<ExecutorOptions['onOutcome']>;
  readonly onStage: NonNullable<SessionParts['onStage']>;
}

/** Everything that runs, opened and not yet started. */
export interface OpenAgent {
  readonly live: Live;
  readonly session: Session;
  readonly executor: Executor;
  readonly observer: Observer;
  readonly journal: Journal;
  readonly market: LiveMarket;
  readonly budget: Budget;
  readonly bars: EntryBars;
  readonly haltFile: HaltFile;
  readonly canister: RiskCanister;
  readonly venue: Venue;
  readonly voice: Voice;
  readonly tenure: Tenure;
  readonly close: () => void;
}

const DAY_MS = 86_400_000;
/** Receipts of ticks, on which no record hangs. */
const KEEP_TICKS_MS = 7 * DAY_MS;

export const journalPathOf = ({ state }: Pick<Config, 'state'>): string => join(state, 'journal.sqlite');

/**
 * Opens journal, log, network and venue, and puts the agent together.
 * @throws JournalError `locked` when another agent runs on this state; IdentityFileError, VenueError, StoreError
 */
export async function openAgent(options: AgentOptions): Promise<OpenAgent> {
  const { config, mode, keys, follower, health, onAlert, gauges, timing = {} } = options;
  const { state, cadence, venue: venueConfig } = config;
  await mkdir(state, { recursive: true, mode: 0o700 });
  const journal = new Journal(journalPathOf(config), SYSTEM_CLOCK.now, 'write', () => Date.now());
  let tenure: Tenure | null = null;
  let unfollow = (): void => undefined;
  const close = (): void => {
    tenure?.close();
    unfollow();
    journal.close();
  };
  try {
    // A market of this machine may have a time of its own; whoever trades in it lives in it.
    const clock = await sharedClock(config);
    if (clock !== null) unfollow = following(config);
    const { canister, agent, store, canisterId, rootKey } = await openCanister(config, journal);
    const { venue: real, streamOf } = await openVenue(config, keys);
    const paper =
      mode === 'paper'
        ? await PaperVenue.open({
            market: real,
            path: join(state, 'paper.json'),
            equityUsdt: config.paper.equityUsdt,
          })
        : null;
    const venue: Venue = paper ?? real;
    const market = new LiveMarket();
    const { symbol, leader: leaderSymbol } = venueConfig;
    const own = streamOf(keys !== null && paper === null);
    const stream: VenueStream = paper === null ? own : paperStream(own, paper);
    const streamed = streamedVenue(venue, market);
    const observer = new Observer({
      venue: streamed,
      venueName: venueConfig.kind,
      leaderSymbol,
      // A market of this machine never counts towards live trading.
      kind: venueConfig.kind === 'localnet' ? 'localnet' : mode === 'paper' ? 'paper' : 'live',
      accountHash: await accountHashOf(state, mode === 'paper' ? 'paper' : (keys?.apiKey ?? '')),
      prints: market,
      relayed: await relayedIn(store),
    });
    const bars = new EntryBars();
    const voice = new Voice(journal, onAlert);
    barUnhealthy(health?.failed ?? null, bars, voice);
    const executor = new Executor({
      venue,
      journal,
      networkNow: () => Date.now(),
      adopted: config.adopted,
      entryBar: () => bars.first,
      isAdvisory: mode === 'advisory',
      tell: voice.say,
      timing,
      ...(gauges === undefined ? {} : { onOutcome: gauges.onOutcome }),
    });
    const session = new Session({
      observer,
      canister,
      executor,
      journal,
      ids: randomIds,
      ...(gauges === undefined ? {} : { onStage: gauges.onStage }),
    });
    const known = await lastDecision(journal, { rootKey, canisterId });
    if (known !== null) session.resume(known);
    const budget = new Budget(
      config.budget,
      Date.now(),
      journal.countDecisions(Math.floor(Date.now() / DAY_MS) * DAY_MS),
    );
    const haltFile = new HaltFile(state);
    const owed = new Owed({
      canister,
      journal,
      haltFile,
      voice,
      place: { account: config.account, market: 0 },
    });
    const liquidation = new LiquidationCheck({
      venue,
      bars,
      reconcile: streamed.reconcile,
      say: voice.say,
    });
    const rounds = new Rounds({
      venue,
      journal,
      bars,
      standing: () => ({ decision: session.latest, execution: session.execution }),
      say: voice.say,
      reconcile: streamed.reconcile,
      lookAgain: async () => {
        await liquidation.lookAgain(session.execution?.position.side === 0);
        if (bars.has('unhealthy')) barUnhealthy((await health?.again()) ?? null, bars, voice);
      },
      keepShort: async () => {
        await putMark(store, observer.relayed);
        await pruneTicks(store, SYSTEM_CLOCK.now() - KEEP_TICKS_MS);
      },
    });
    const live = new Live({
      mode,
      session,
      executor,
      observer,
      voice,
      market,
      stream,
      symbol,
      leaderSymbol,
      cadence,
      budget,
      jitterMs: jitterOf((await agent.getPrincipal()).toUint8Array(), cadence.jitterSeconds),
      bars,
      haltFile,
      liquidation,
      owed,
      now: () => Date.now(),
      rounds,
      follower: {
        ...follower,
        heard: (event) => {
          if (event.kind === 'mark') clock?.follow({ timeMs: event.timeMs });
          follower.heard?.(event);
        },
      },
    });
    const principal = Principal.fromText(config.owner);
    tenure = new Tenure({
      mode,
      account: config.account,
      bars,
      say: voice.say,
      permissions: keys === null ? null : () => real.permissions(),
      grant: () => readGrant(agent, canisterId, principal),
      health: () => readHealth(agent, canisterId),
    });
    tenure.start();
    return {
      live,
      session,
      executor,
      observer,
      journal,
      market,
      budget,
      bars,
      haltFile,
      canister,
      venue,
      voice,
      tenure,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function barUnhealthy(failed: string | null, bars: EntryBars, voice: Voice): void {
  const text = `The doctor is not satisfied (${failed ?? ''}): what is held is looked after, nothing is entered.`;
  bars.toggle('unhealthy', failed !== null, text);
  if (failed !== null) voice.say('alarm', 'unhealthy', text);
}
