import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import agentPackage from '../../package.json' with { type: 'json' };
import { CliError } from '../cli/CliError.ts';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { configOf, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import { keysOrNull } from '../cli/keys.ts';
import { requireExactEngine } from '../cli/requireExactEngine.ts';
import { MODES, type Config, type Mode } from '../config/Config.ts';
import { ControlServer } from '../control/ControlServer.ts';
import { judgeKey } from '../credentials/KeyJudgement.ts';
import { redacting } from '../credentials/Redaction.ts';
import { doctor } from '../doctor/Doctor.ts';
import { verdictOf } from '../doctor/verdictOf.ts';
import { Journal } from '../journal/Journal.ts';
import { openLog, type Log } from '../log/Log.ts';
import { agentStatus } from '../run/agentStatus.ts';
import { answerAsk } from '../run/answerAsk.ts';
import type { LiveEnd } from '../run/LiveParts.ts';
import { journalPathOf, openAgent } from '../run/openAgent.ts';
import { NOT_PROVEN_LIVE, openVenue, type Keys } from '../run/openVenue.ts';
import { openOutlets } from '../run/Outlets.ts';
import { TerminalView } from '../view/TerminalView.ts';

interface Flags extends CommonFlags {
  readonly mode: Mode;
  readonly realOrders?: true;
  readonly headless?: true;
}

const EXAMPLE = `
Examples:
  plimsoll run --mode advisory
  plimsoll run --mode paper --headless >> agent.log
  plimsoll run --mode live --real-orders

advisory shows decisions for your account and sends nothing; paper acts on an account that exists on this machine alone;
live sends real orders. On a terminal it draws a view; else, or with --headless, it writes JSON lines.
Ctrl-C stops it; what rests on the venue stays there and protects.
Exit codes: 0 stopped as asked, 2 wrong use or a failed check, 3 another agent runs or somebody does not answer, 4 the
canister contradicts itself, 1 a defect.`;

export function register(program: Command): void {
  withCommonOptions(program.command('run'))
    .description('Run the agent beside the exchange account.')
    .addOption(new Option('--mode <mode>', 'how far it goes').choices(MODES).makeOptionMandatory())
    .option('--real-orders', 'say that real orders are meant; needed for live')
    .option('--headless', 'JSON lines instead of a view')
    .addHelpText('after', EXAMPLE)
    .action((flags: Flags) => tellingWhy(() => run(flags)));
}

async function run(flags: Flags): Promise<ExitCode> {
  requireExactEngine();
  const config = await configOf(flags);
  const { mode } = flags;
  const keys = await keysOrNull();
  requireMeant(flags, keys);
  requireProven(config, mode);
  const isHeadless = flags.headless === true || flags.json === true || !process.stdout.isTTY;
  const log = openLog(config, isHeadless ? redacting(process.stdout) : { write: () => undefined });
  let unhealthy: string | null = null;
  if (mode === 'live') unhealthy = await requireHealthy(config, keys, log);
  else if (keys !== null) await requireFitKey(config, keys, mode);
  const outlets = await openOutlets(config, log, agentPackage.version);
  try {
    const { follower, gauges, onAlert } = outlets;
    const health = {
      failed: unhealthy,
      again: async () => verdictOf(await doctor(config, keys, mode)).failed,
    };
    const agent = await openAgent({ config, mode, keys, health, follower, gauges, onAlert });
    const startedMs = Date.now();
    const status = () => agentStatus(agent, config, mode, startedMs);
    const onSignal = (): void => agent.live.stop();
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    let view: TerminalView | null = null;
    try {
      agent.journal.remember('mode', mode);
      const control = await ControlServer.start(config.state, (ask) => answerAsk(agent, ask, status));
      try {
        await outlets.attach(agent, status);
        log.info(
          { mode, symbol: config.venue.symbol, venue: config.venue.kind, canister: config.canister },
          'started',
        );
        if (!isHeadless) view = new TerminalView(screen(), status);
        return ended(await agent.live.run(), log);
      } finally {
        view?.close();
        outlets.detach();
        await control.close();
      }
    } finally {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      agent.close();
    }
  } finally {
    await outlets.close();
  }
}

function screen() {
  return {
    write: (text: string) => process.stdout.write(text),
    get columns() {
      return process.stdout.columns ?? 80;
    },
    get rows() {
      return process.stdout.rows ?? 24;
    },
  };
}

function ended(end: LiveEnd, log: Log): ExitCode {
  if (end.how === 'stopped') {
    log.info('stopped; what rests on the venue stays there');
    return EXIT.ok;
  }
  const { code, message } = end.trouble;
  log.error({ code }, message);
  throw new CliError(
    `${message} The agent has stopped; what rests on the venue stays there.`,
    code === 'second-agent' ? EXIT.temporary : EXIT.notProven,
  );
}

function requireMeant({ mode, realOrders }: Flags, keys: Keys | null): void {
  if (mode === 'live' && realOrders !== true)
    throw new CliError({
      expected: '--real-orders beside --mode live',
      got: 'none',
      advice: 'live sends real orders; say --real-orders too if they are meant',
    });
  if (mode !== 'paper' && keys === null) {
    const needed =
      mode === 'live' ? 'a key that may trade futures and not withdraw' : 'a key that may read the account';
    throw new CliError({
      expected: needed,
      got: 'none',
      advice:
        'put it into PLIMSOLL_API_KEY and PLIMSOLL_API_SECRET, or into a file that PLIMSOLL_CREDENTIALS names',
    });
  }
}

function requireProven({ venue: { kind } }: Config, mode: Mode): void {
  if (mode !== 'live' || !NOT_PROVEN_LIVE.has(kind)) return;
  throw new CliError({
    expected: 'a venue whose adapter was proven against it for --mode live',
    got: `${kind}, whose adapter never was`,
    advice: 'use --mode paper or advisory',
  });
}

/** Whatever it is used for: a key that may take money out is not kept on a machine. */
async function requireFitKey(config: Config, keys: Keys, mode: Mode): Promise<void> {
  const { venue } = await openVenue(config, keys);
  const refused = judgeKey(await venue.permissions(), mode, Date.now()).filter(
    ({ severity }) => severity === 'refused',
  );
  if (refused.length > 0) throw new CliError(refused.map(({ message }) => message).join(' '));
}

/**
 * Live trading begins with every check passed. Only whoever left a trade open comes back to it without what entries alone
 * need: its stop, its take-profits and its time exit are looked after, and nothing is entered.
 * @returns what bars entries until it is mended, null for nothing
 */
async function requireHealthy(config: Config, keys: Keys | null, log: Log): Promise<string | null> {
  const findings = await doctor(config, keys, 'live');
  for (const { name, grade, found } of findings) log.info({ check: name, grade }, found);
  const { failed, mayPass, isForEntries } = verdictOf(findings);
  if (failed === null || (isForEntries && isTradeOpen(config))) return failed;
  throw new CliError(
    {
      expected: 'a passed doctor for --mode live',
      got: failed,
      advice: 'run plimsoll doctor and do what it says',
    },
    mayPass ? EXIT.temporary : EXIT.request,
  );
}

/** Whether a live run ended here with orders that rest or whose fate is open. */
function isTradeOpen(config: Config): boolean {
  const path = journalPathOf(config);
  if (!existsSync(path)) return false;
  const journal = new Journal(path, Date.now, 'read');
  try {
    return journal.recall('mode') === 'live' && journal.confirmed().length + journal.unresolved().length > 0;
  } finally {
    journal.close();
  }
}
