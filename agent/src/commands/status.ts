import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { accepted, configOf, print, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import type { Config } from '../config/Config.ts';
import { askAgent } from '../control/askAgent.ts';
import { Journal } from '../journal/Journal.ts';
import { HaltFile } from '../run/HaltFile.ts';
import { journalPathOf } from '../run/openAgent.ts';
import { frameOf } from '../view/Frame.ts';
import { coloured, plain } from '../view/Line.ts';
import { time } from '../view/words.ts';

const EXAMPLE = `
Examples:
  plimsoll status
  plimsoll status --json | jq .position

Exit codes: 0 an agent runs, 3 none does (what its journal knows is printed).`;

const EVENTS = 5;

export function register(program: Command): void {
  withCommonOptions(program.command('status'))
    .description('Where the agent stands.')
    .addHelpText('after', EXAMPLE)
    .action((flags: CommonFlags) => tellingWhy(() => show(flags)));
}

async function show(flags: CommonFlags): Promise<ExitCode> {
  const config = await configOf(flags);
  const reply = await askAgent(config.state, { do: 'status' }, 5_000);
  if (reply === null) return showStopped(flags, config);
  const { status } = accepted(reply);
  const { columns = 100, isTTY } = process.stdout;
  const lines = frameOf(status, columns).map((line) => (isTTY ? coloured(line) : plain(line)));
  print(flags, status, lines);
  return EXIT.ok;
}

/** Without an agent only its journal can be asked; what is on the venue is not known from it. */
function showStopped(flags: CommonFlags, config: Config): ExitCode {
  const path = journalPathOf(config);
  const { isHalted } = new HaltFile(config.state);
  const known = existsSync(path)
    ? readJournal(path)
    : { decisionMs: null, unresolved: 0, resting: 0, events: [] };
  print(flags, { version: 1, phase: 'stopped', isHalted, ...known }, [
    `No agent runs on ${config.state}.`,
    known.decisionMs === null
      ? 'No decision is on record.'
      : `The last decision was at ${time(known.decisionMs)}.`,
    `${String(known.resting)} orders rested when it stopped, ${String(known.unresolved)} are of unknown fate; look at the venue for what is so now.`,
    ...(isHalted ? ['Halted: nothing will be entered.'] : []),
    ...known.events.map(({ wallMs, severity, message }) => `${time(wallMs)}  ${severity}  ${message}`),
  ]);
  return EXIT.temporary;
}

function readJournal(path: string) {
  const journal = new Journal(path, Date.now, 'read');
  try {
    return {
      decisionMs: journal.latestDecision()?.marketMs ?? null,
      unresolved: journal.unresolved().length,
      resting: journal.confirmed().length,
      events: journal.latestEvents(EVENTS),
    };
  } finally {
    journal.close();
  }
}
