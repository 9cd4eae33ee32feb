import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { accepted, configOf, print, tellingWhy, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { askAgent } from '../control/askAgent.ts';
import { HaltFile } from '../run/HaltFile.ts';

const EXAMPLE = `
Example:
  plimsoll halt

No new risk from here on, whether an agent runs or not; exits go on. It lasts until the owner resumes (plimsoll resume).`;

export function register(program: Command): void {
  withCommonOptions(program.command('halt'))
    .description('Enter nothing more. Exits go on.')
    .addHelpText('after', EXAMPLE)
    .action((flags: CommonFlags) => tellingWhy(() => halt(flags)));
}

async function halt(flags: CommonFlags): Promise<ExitCode> {
  const config = await configOf(flags);
  const file = new HaltFile(config.state);
  // This machine first, by itself: an agent that hangs cannot keep the file from being there.
  await file.halt(Date.now());
  const reply = await askAgent(config.state, { do: 'halt' }, 10_000);
  if (reply !== null) accepted(reply);
  const isTold = file.read()?.isTold === true;
  print(flags, { isHalted: true, isAgentTold: reply !== null, isCanisterTold: isTold }, [
    'Halted: nothing is entered from here on; exits go on.',
    reply === null ? 'No agent runs here; the next one finds it halted.' : 'The running agent knows.',
    isTold
      ? 'The canister knows too.'
      : 'The canister has not acknowledged it: this machine keeps the halt by itself. The owner can halt on the page as well.',
  ]);
  return EXIT.ok;
}
