import type { Command } from 'commander';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import { CliError } from '../cli/CliError.ts';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { configOf, print, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import { ownerLink } from '../cli/ownerLink.ts';
import { HaltFile } from '../run/HaltFile.ts';
import { identityPathOf } from '../run/openCanister.ts';

interface ResumeFlags extends CommonFlags {
  readonly local?: true;
}

export function register(program: Command): void {
  withCommonOptions(program.command('resume'))
    .description('How the owner lifts a halt. An agent key cannot.')
    .option('--local', 'lift a halt that only this machine knows of')
    .addHelpText(
      'after',
      '\nExamples:\n  plimsoll resume\n  plimsoll resume --local\n\nExit codes: 0 done or nothing to do, 2 only the owner can.',
    )
    .action((flags: ResumeFlags) => tellingWhy(() => resume(flags)));
  withCommonOptions(program.command('takeover'))
    .description('How the owner takes a position over by hand.')
    .addHelpText(
      'after',
      '\nExample:\n  plimsoll takeover\n\nExit codes: 0 the link was printed, 2 wrong use.',
    )
    .action((flags: CommonFlags) => tellingWhy(() => takeOver(flags)));
}

async function resume(flags: ResumeFlags): Promise<ExitCode> {
  const config = await configOf(flags);
  const file = new HaltFile(config.state);
  const halt = file.read();
  const link = ownerLink(config, 'resume');
  if (halt === null) {
    print(flags, { isHalted: false, link }, [
      'This machine is not halted. A halt that the owner or the canister made is lifted there:',
      link ?? 'no page is configured.',
    ]);
    return EXIT.ok;
  }
  if (flags.local === true) {
    if (halt.isTold)
      throw new CliError({
        expected: 'a halt that only this machine knows of',
        got: 'one that the canister has acknowledged',
        advice: 'only the owner lifts it, on the page: plimsoll resume prints the link',
      });
    await file.lift();
    print(flags, { isHalted: false, link }, ['The halt of this machine is lifted.']);
    return EXIT.ok;
  }
  print(flags, { isHalted: true, ...halt, link }, [
    `Halted since ${new Date(halt.sinceMs).toISOString()}.`,
    halt.isTold
      ? 'Only the owner can resume, signed in on the page:'
      : 'The canister has not acknowledged it. On this machine it is lifted by: plimsoll resume --local. On the page:',
    link ?? 'no page is configured.',
  ]);
  return EXIT.request;
}

async function takeOver(flags: CommonFlags): Promise<ExitCode> {
  const config = await configOf(flags);
  const agent = (await readIdentityFile(identityPathOf(config))).getPrincipal().toText();
  const link = ownerLink(config, 'takeover', { agent });
  print(flags, { agent, link }, [
    'After a take-over the agent enters nothing until you give the steering back. What it holds stays under its plan: the',
    'stop rests and only tightens, exits go on. What you open by hand is treated by your rule for such positions.',
    'It is done as owner, signed in on the page:',
    link ?? 'no page is configured.',
  ]);
  return EXIT.ok;
}
