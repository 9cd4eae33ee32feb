import { Option, type Command } from 'commander';
import pc from 'picocolors';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { configOf, print, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import { keysOrNull } from '../cli/keys.ts';
import { MODES, type Mode } from '../config/Config.ts';
import { doctor } from '../doctor/Doctor.ts';
import { verdictOf } from '../doctor/verdictOf.ts';
import { coloured, seg } from '../view/Line.ts';
import { wrap } from '../view/wrap.ts';
import type { Finding } from '../doctor/Finding.ts';

interface Flags extends CommonFlags {
  readonly mode: Mode;
}

const EXAMPLE = `
Example:
  plimsoll doctor --mode live

Exit codes: 0 nothing failed, 2 something did, 3 what did may pass by itself.`;

export function register(program: Command): void {
  withCommonOptions(program.command('doctor'))
    .description('Check everything a run leans on, and say what to do.')
    .addOption(new Option('--mode <mode>', 'what the agent is to do').choices(MODES).default('live'))
    .addHelpText('after', EXAMPLE)
    .action((flags: Flags) => tellingWhy(() => check(flags)));
}

async function check(flags: Flags): Promise<ExitCode> {
  const config = await configOf(flags);
  const findings = await doctor(config, await keysOrNull(), flags.mode);
  const failed = findings.filter(({ grade }) => grade === 'fail').length;
  const { mayPass } = verdictOf(findings);
  print(flags, { passed: failed === 0, mode: flags.mode, findings }, [
    ...findings.flatMap(linesOf),
    '',
    failed === 0
      ? `Ready for ${flags.mode}.`
      : `${String(failed)} checks failed: not ready for ${flags.mode}.`,
  ]);
  if (failed === 0) return EXIT.ok;
  return mayPass ? EXIT.temporary : EXIT.request;
}

const SIGNS: Readonly<Record<Finding['grade'], string>> = {
  ok: 'ok  ',
  warn: coloured([seg('warn', 'warn')]),
  fail: coloured([seg('FAIL', 'bad')]),
};

const FOUND_AT = 17;

function linesOf({ name, grade, found, advice }: Finding): readonly string[] {
  const line = `${SIGNS[grade]}  ${name.padEnd(9)}  ${found}${advice === '' ? '' : ` ${pc.bold(advice)}`}`;
  // A log or a pipe has no width.
  return wrap(line, process.stdout.columns ?? Infinity, FOUND_AT);
}
