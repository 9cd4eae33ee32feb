import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { Principal } from '@icp-sdk/core/principal';
import { checkRootKey, parseRootKey } from '@plimsoll/proof';
import { idOf } from '../canister/Method.ts';
import { createHttpAgent } from '../canister/Network.ts';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import { OwnerLog } from '../canister/OwnerLog.ts';
import { RiskCanister } from '../canister/RiskCanister.ts';
import { CliError } from '../cli/CliError.ts';
import { requireExactEngine } from '../cli/requireExactEngine.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import { SYSTEM_CLOCK } from '../execute/Context.ts';
import { Executor } from '../execute/Executor.ts';
import { Journal } from '../journal/Journal.ts';
import { randomIds, replayIds } from '../observe/IdSource.ts';
import { Observer } from '../observe/Observer.ts';
import { NOTHING_RELAYED } from '../observe/Relayed.ts';
import { relayedIn } from '../observe/relayedIn.ts';
import { bundleOf } from '../receipts/Bundle.ts';
import { ReceiptStore } from '../receipts/ReceiptStore.ts';
import { ReplayControl, type MarketStatus } from '../replay/Control.ts';
import { marketClockOf } from '../replay/MarketClock.ts';
import { Narrator } from '../replay/Narrator.ts';
import { readRunRecord } from '../replay/Record.ts';
import { replay } from '../replay/Replay.ts';
import { summarise, type Summary } from '../replay/Summary.ts';
import { parseSpan, readWishes, regularWishes, type SideChoice, type Wish } from '../replay/Wishes.ts';
import { accountHashOf } from '../run/accountHash.ts';
import { Session } from '../run/Session.ts';
import { openBinanceUsdm } from '../venue/BinanceUsdm.ts';
import { pricesOf } from '../view/prices.ts';
import agentPackage from '../../package.json' with { type: 'json' };

interface Flags {
  readonly icUrl: string;
  readonly rootKey: string;
  readonly canister: string;
  readonly owner: string;
  readonly identity: string;
  readonly exchangeUrl: string;
  readonly state: string;
  readonly side: SideChoice;
  readonly enterEvery: string;
  readonly entries?: string;
  readonly notional: number;
  readonly barsPerSecond?: number;
  readonly headless?: true;
  readonly json?: string;
}

const EXAMPLE = `
Example:
  PLIMSOLL_API_KEY=… PLIMSOLL_API_SECRET=… plimsoll replay --ic-url http://127.0.0.1:4943 --root-key 3081… \\
    --canister uxrrr-q7777-77774-qaaaq-cai --owner 2vxsx-fae --identity agent.pem \\
    --exchange-url http://127.0.0.1:4944 --state ./run --enter-every 12h --json out.json

Only a local network can be replayed; \`npm start\` starts one and runs this command.
Exit codes: 0 played to its end or stopped as asked, 2 wrong use, 3 somebody does not answer, 4 not proven.`;

const KIND = 'replay';
const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity))
    throw new InvalidArgumentError(`expected a number above 0, got "${text}"`);
  return value;
}

export function register(program: Command): void {
  program
    .command('replay')
    .description('Play a market of a local network through the whole chain and account for it.')
    .requiredOption('--ic-url <url>', 'the local Internet Computer')
    .requiredOption('--root-key <hex>', 'its root key')
    .requiredOption('--canister <id>', 'the risk canister')
    .requiredOption('--owner <principal>', 'whose account is traded')
    .requiredOption('--identity <file>', 'key of the agent that the owner granted')
    .requiredOption('--exchange-url <url>', 'the local exchange')
    .requiredOption('--state <dir>', 'journal and receipts; the same directory goes on where a run was cut')
    .addOption(
      new Option('--side <side>', 'entries to wish for').choices(['long', 'short', 'both']).default('long'),
    )
    .option('--enter-every <span>', 'a wish at the first bar and after every such span (45m, 12h, 1d)', '24h')
    .option('--entries <csv>', 'wishes at given bars instead: timestamp_ms,side')
    .option('--notional <usdt>', 'USDT wished for per entry', positive, 1_000)
    .option('--bars-per-second <n>', 'pace; as fast as possible by default', positive)
    .option('--headless', 'lines instead of a live view')
    .option('--json <file>', 'write the summary there')
    .addHelpText('after', EXAMPLE)
    .action((flags: Flags) => tellingWhy(() => play(flags)));
}

/** A replay is for this machine alone: its clock must never be moved on anybody else's. */
function loopback(url: string, option: string): string {
  let host: string;
  try {
    host = new URL(url).hostname;
  } catch {
    throw new CliError({
      expected: `${option} to be a URL`,
      got: `"${url}"`,
      advice: 'such as http://127.0.0.1:4944',
    });
  }
  if (!LOOPBACK.includes(host)) {
    throw new CliError({
      expected: `${option} to be an address of this machine`,
      got: host,
      advice: 'a replay is local; give one of 127.0.0.1',
    });
  }
  return url;
}

function secret(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new CliError({
      expected: `${name} in the environment`,
      got: 'nothing',
      advice: "give the exchange's API credentials there",
    });
  }
  return value;
}

function wishesOf(flags: Flags, { startBarMs, lastBarMs }: MarketStatus): Wish[] {
  return flags.entries === undefined
    ? regularWishes(startBarMs, lastBarMs, parseSpan(flags.enterEvery, '--enter-every'), flags.side)
    : readWishes(flags.entries, startBarMs, lastBarMs);
}

async function play(flags: Flags): Promise<undefined> {
  requireExactEngine();
  const startedMs = performance.now();
  const exchangeUrl = loopback(flags.exchangeUrl, '--exchange-url');
  const host = loopback(flags.icUrl, '--ic-url');
  const rootKey = checkRootKey(parseRootKey(flags.rootKey));
  const canisterId = Principal.fromText(flags.canister);
  const owner = Principal.fromText(flags.owner).toUint8Array();
  const stateDir = resolve(flags.state);
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const control = new ReplayControl(exchangeUrl);
  const status = await control.status();
  const clock = await marketClockOf(control);
  const wishes = wishesOf(flags, status);

  const store = await ReceiptStore.open(join(stateDir, 'receipts'));
  const log = await OwnerLog.open({ owner, canisterId, rootKey, store });
  const relayed = await relayedIn(store);
  const isResumed = relayed !== NOTHING_RELAYED;
  const ids = isResumed ? randomIds : replayIds();
  const journal = new Journal(join(stateDir, 'journal.sqlite'), SYSTEM_CLOCK.now);
  const stop = { isAsked: false };
  const onSignal = (): void => {
    stop.isAsked = true;
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    const apiKey = secret('PLIMSOLL_API_KEY');
    const venue = await openBinanceUsdm({
      apiKey,
      secret: secret('PLIMSOLL_API_SECRET'),
      baseUrl: exchangeUrl,
      allowHosts: [new URL(exchangeUrl).host],
      symbol: status.symbol,
    });
    const canister = new RiskCanister({
      agent: createHttpAgent({ host, rootKey }, await readIdentityFile(flags.identity)),
      canisterId,
      rootKey,
      log,
      pollIntervalMs: 100,
      beforeSend: (method, frame) => {
        const id = idOf(method, frame);
        if (id !== null) journal.intendCall({ id, method, frame });
      },
    });
    const observer = new Observer({
      venue,
      venueName: 'binanceusdm',
      leaderSymbol: status.leader,
      kind: KIND,
      accountHash: await accountHashOf(stateDir, apiKey),
      ids,
      relayed,
    });
    const executor = new Executor({ venue, journal, networkNow: () => Date.now() });
    const session = new Session({ observer, canister, executor, journal, ids });
    const screen = {
      write: (text: string) => process.stdout.write(text),
      isLive: flags.headless !== true && process.stdout.isTTY,
      columns: () => process.stdout.columns ?? Infinity,
    };
    const price = pricesOf(await venue.instrument());
    const narrator = new Narrator(screen, journal, status.symbol.replace(/USDT$/, ''), price);
    const report = await session.begin();
    if (isResumed) {
      narrator.say(
        `Resumed: ${report.resolutions.length} orders looked up, ${log.head.sequence + 1} records verified.`,
      );
    } else {
      narrator.say('Warming the model up with ten days of bars …');
      await session.warmUp();
    }
    // A wish that was answered before the run was cut is not made again.
    const { intents } = await readRunRecord(store);
    const isMade = (wish: Wish): boolean =>
      intents.some(({ intent }) => intent.timeMs === wish.timeMs && intent.side === wish.side);
    const pauseMs = flags.barsPerSecond === undefined ? 0 : 1000 / flags.barsPerSecond;
    const end = await replay({
      session,
      control,
      wishes: wishes.filter((wish) => !isMade(wish)),
      notionalUsdt: flags.notional,
      follower: narrator,
      clock,
      ...(pauseMs > 0 ? { pause: () => new Promise((done) => setTimeout(done, pauseMs)) } : {}),
      isStopped: () => stop.isAsked,
    });
    // What filled on the last stretch is on the venue only.
    await executor.recover();
    const computed = await summarise({
      status: end,
      record: await readRunRecord(store),
      refusals: canister.refusals(),
      journal,
      venue,
      instructions: (await control.instructions())['observe'] ?? { count: 0, min: 0, median: 0, max: 0 },
    });
    const bundlePath = join(stateDir, 'run.bundle');
    const createdBy = `plimsoll ${agentPackage.version}`;
    await writeWhole(bundlePath, await bundleOf(store, { createdBy, canisterId, owner }));
    const { receipts } = await readRunRecord(store);
    const summary: Summary = {
      ...computed,
      receipts: { count: receipts, path: store.directory },
      bundle: bundlePath,
      wallSeconds: (performance.now() - startedMs) / 1000,
      canister: canisterId.toText(),
      rootKey: flags.rootKey,
      settings: {
        synthetic: status.synthetic,
        symbol: status.symbol,
        leader: status.leader,
        from: new Date(status.startBarMs).toISOString(),
        lastBar: new Date(status.lastBarMs).toISOString(),
        notional: flags.notional,
        side: flags.entries === undefined ? flags.side : null,
        enterEvery: flags.entries === undefined ? flags.enterEvery : null,
        endedEarly: !end.done,
      },
    };
    if (flags.json !== undefined)
      await writeWhole(resolve(flags.json), `${JSON.stringify(summary, null, 2)}\n`);
    narrator.ended(summary, end);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    clock?.release();
    journal.close();
  }
}

/** All of it or nothing: a reader never meets half a file. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.part`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}
