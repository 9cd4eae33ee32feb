import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { configOf, print, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import type { Config } from '../config/Config.ts';
import { askAgent } from '../control/askAgent.ts';
import { Journal } from '../journal/Journal.ts';
import { JournalError } from '../journal/JournalError.ts';
import { HaltFile } from '../run/HaltFile.ts';
import { journalPathOf } from '../run/openAgent.ts';
import { canisterLine, tellCanister } from '../run/tellCanister.ts';

const EXAMPLE = `
Example:
  plimsoll halt

No new risk from here on, whether an agent runs or not; exits go on. This machine is halted first, by itself, then the
canister is told. It lasts until the owner resumes (plimsoll resume).
Exit codes: 0 this machine is halted, whatever the canister knows.`;

const ANSWERS_WITHIN_MS = 10_000;
const TELLS_WITHIN_MS = 5_000;
const LOOK_MS = 100;

export function register(program: Command): void {
  withCommonOptions(program.command('halt'))
    .description('Enter nothing more. Exits go on.')
    .addHelpText('after', EXAMPLE)
    .action((flags: CommonFlags) => tellingWhy(() => halt(flags)));
}

async function halt(flags: CommonFlags): Promise<ExitCode> {
  const config = await configOf(flags);
  // This machine first, by itself: an agent that hangs cannot keep the file from being there.
  await new HaltFile(config.state).halt(Date.now());
  const reply = await askAgent(config.state, { do: 'halt' }, ANSWERS_WITHIN_MS);
  const isAgentTold = reply?.ok === true;
  const untold = reply === null ? await byItself(config) : await untoldBy(config);
  const isCanisterTold = untold === null;
  print(flags, { isHalted: true, isAgentRunning: reply !== null, isAgentTold, isCanisterTold, untold }, [
    'Halted: nothing is entered from here on; exits go on.',
    reply === null
      ? 'No agent runs here; the next one finds it halted.'
      : isAgentTold
        ? 'The running agent knows.'
        : `The running agent did not say so (${reply.message}); it looks at the halt of this machine before every entry.`,
    canisterLine(untold),
  ]);
  return EXIT.ok;
}

/** No agent runs: the journal's lock says so, and holding it keeps one from starting meanwhile. */
async function byItself(config: Config): Promise<string | null> {
  let journal: Journal;
  try {
    journal = new Journal(journalPathOf(config));
  } catch (error) {
    // An agent that is just starting, or a disk that is full: the halt of this machine is written all the same.
    if (error instanceof JournalError) return error.message;
    throw error;
  }
  try {
    return await tellCanister(config, journal, 'halt');
  } finally {
    journal.close();
  }
}

/** The running agent tells the canister first of all. */
async function untoldBy({ state }: Config): Promise<string | null> {
  const untilMs = performance.now() + TELLS_WITHIN_MS;
  for (;;) {
    if (new HaltFile(state).read()?.isTold === true) return null;
    if (performance.now() > untilMs) return 'it has not acknowledged it to the running agent yet';
    await sleep(LOOK_MS);
  }
}
