import type { Command } from 'commander';
import { CliError } from '../cli/CliError.ts';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { configOf, print, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { CODES, tellingWhy } from '../cli/tellingWhy.ts';
import { keysOf } from '../cli/keys.ts';
import type { Config } from '../config/Config.ts';
import { askAgent } from '../control/askAgent.ts';
import { Executor } from '../execute/Executor.ts';
import { Journal } from '../journal/Journal.ts';
import { flattenResult, type FlattenResult } from '../run/answerAsk.ts';
import { HaltFile } from '../run/HaltFile.ts';
import { journalPathOf } from '../run/openAgent.ts';
import { canisterLine, tellCanister } from '../run/tellCanister.ts';
import { openVenue } from '../run/openVenue.ts';

const EXAMPLE = `
Example:
  plimsoll flatten

Halts, closes the position at market and takes away the agent's own orders, by the running agent or, where none runs, by
itself. Then the canister is told. Orders of others are left alone. Exit codes: 0 flat, 2 not possible here, 3 not flat: look at the venue.`;

export function register(program: Command): void {
  withCommonOptions(program.command('flatten'))
    .description('Halt, and close the position at market.')
    .addHelpText('after', EXAMPLE)
    .action((flags: CommonFlags) => tellingWhy(() => flatten(flags)));
}

async function flatten(flags: CommonFlags): Promise<ExitCode> {
  const config = await configOf(flags);
  await new HaltFile(config.state).halt(Date.now());
  const reply = await askAgent(config.state, { do: 'flatten' });
  if (reply?.ok === false)
    throw new CliError(
      {
        expected: 'the running agent to close the position',
        got: reply.message,
        advice:
          'nothing more is entered, but look at the venue: where a position is left, end the agent and run plimsoll flatten again',
      },
      CODES[reply.kind],
    );
  const isByAgent = reply !== null;
  const { untold, ...result } = isByAgent
    ? { ...(reply.result as FlattenResult), untold: undefined }
    : await byItself(config);
  const isCanisterTold = isByAgent ? null : untold === null;
  print(flags, { ...result, byAgent: isByAgent, isCanisterTold, untold: untold ?? null }, [
    result.isFlat ? 'Flat; halted until the owner resumes.' : 'NOT FLAT: close it by hand on the venue.',
    ...(result.resting > 0 ? [`${String(result.resting)} orders that are not the agent's still rest.`] : []),
    ...result.problems,
    untold === undefined ? 'The running agent tells the canister.' : canisterLine(untold),
  ]);
  return result.isFlat ? EXIT.ok : EXIT.temporary;
}

/** No agent runs: the journal's lock says so, and holding it keeps one from starting meanwhile. */
async function byItself(config: Config): Promise<FlattenResult & { readonly untold: string | null }> {
  const journal = new Journal(journalPathOf(config));
  try {
    if (journal.recall('mode') === 'paper')
      throw new CliError({
        expected: 'a running agent for a paper account',
        got: 'none',
        advice: 'it is halted; start plimsoll run --mode paper and flatten then',
      });
    const { venue } = await openVenue(config, await keysOf());
    const executor = new Executor({ venue, journal });
    await executor.recover();
    const result = flattenResult(await executor.flatten());
    // The position first, the canister second.
    return { ...result, untold: await tellCanister(config, journal, 'flatten') };
  } finally {
    journal.close();
  }
}
