import { Option, type Command } from 'commander';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parse } from 'yaml';
import { createIdentityFile, readIdentityFile } from '../canister/IdentityFile.ts';
import { CliError } from '../cli/CliError.ts';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { print, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import { checkConfig } from '../config/Config.ts';
import { configText, type ConfigAnswers } from '../config/ConfigText.ts';

interface Flags extends CommonFlags {
  readonly canister?: string;
  readonly owner?: string;
  readonly icUrl: readonly string[];
  readonly rootKey: string;
  readonly venue: string;
  readonly venueUrl?: string;
  readonly page?: string;
  readonly acceptRisk?: true;
}

export const DISCLAIMER = [
  'Leveraged perpetual futures can lose all the margin behind a position within minutes, more than a stop was meant to',
  'cost, and faster than anybody can look. Plimsoll bounds size, leverage and exits by fixed rules; it does not predict',
  'prices and promises no profit. A stop is a market order once it fires and may fill far from where it was set; a venue,',
  'a network or this program can fail. Limits, positions and stops are readable by the operators of the nodes that run',
  'the canister. You trade on your own account and at your own risk.',
];

const EXAMPLE = `
Examples:
  plimsoll init
  plimsoll init --canister uxrrr-q7777-77774-qaaaq-cai --owner 2vxsx-fae --accept-risk --config /etc/plimsoll/plimsoll.yaml

Makes a commented configuration, a state directory and this agent's key (mode 600). Nothing that exists is overwritten.
Exit codes: 0 made, 2 something is lacking, or is there already.`;

export function register(program: Command): void {
  withCommonOptions(program.command('init'))
    .description('Make a configuration and a key for this machine.')
    .option('--canister <id>', 'the risk canister')
    .option('--owner <principal>', 'whose limits it keeps')
    .option('--ic-url <url...>', 'the network, and what is tried when it does not answer', [
      'https://icp-api.io',
      'https://ic0.app',
    ])
    .option('--root-key <hex>', 'root key of a network of your own', 'mainnet')
    .addOption(
      new Option('--venue <kind>', 'the venue')
        .choices(['binanceusdm', 'bybit', 'okx', 'localnet'])
        .default('binanceusdm'),
    )
    .option('--venue-url <url>', 'the local exchange, with --venue localnet')
    .option('--page <url>', "the owner's page, for links")
    .option('--accept-risk', 'accept what is said about risk, without being asked')
    .addHelpText('after', EXAMPLE)
    .action((flags: Flags) => tellingWhy(() => init(flags)));
}

async function init(flags: Flags): Promise<ExitCode> {
  const path = resolve(flags.config);
  if (existsSync(path))
    throw new CliError({
      expected: `no file at ${path}`,
      got: 'one',
      advice: 'nothing is overwritten; edit it, or name another by --config',
    });
  const answers = await ask(flags);
  const text = configText(answers);
  const { config, faults } = checkConfig(parse(text));
  if (config === null)
    throw new CliError({
      expected: 'answers that make a configuration',
      got: faults.join('; '),
      advice: 'nothing was made; plimsoll init --help has an example',
    });
  const state = resolve(dirname(path), config.state);
  await mkdir(state, { recursive: true, mode: 0o700 });
  const keyPath = join(state, 'agent.pem');
  const identity = existsSync(keyPath) ? await readIdentityFile(keyPath) : await createIdentityFile(keyPath);
  await writeFile(join(state, 'risk-accepted'), `${new Date().toISOString()}\n${DISCLAIMER.join('\n')}\n`, {
    mode: 0o600,
  });
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
  const agent = identity.getPrincipal().toText();
  print(flags, { config: path, state, agent }, [
    `Configuration  ${path}`,
    `State          ${state}`,
    `Agent          ${agent}`,
    '',
    'Next: plimsoll pair (the owner grants this agent), plimsoll doctor, plimsoll run --mode advisory',
  ]);
  return EXIT.ok;
}

/** What was not given is asked for, where somebody can answer. */
async function ask(flags: Flags): Promise<ConfigAnswers> {
  const isAnswered = process.stdin.isTTY && process.stdout.isTTY && flags.json !== true;
  const terminal = isAnswered ? createInterface({ input: process.stdin, output: process.stdout }) : null;
  try {
    const needed = async (value: string | undefined, option: string, question: string): Promise<string> => {
      const answer = value ?? (await terminal?.question(`${question}: `))?.trim();
      if (answer === undefined || answer === '')
        throw new CliError({
          expected: option,
          got: 'nothing',
          advice: 'plimsoll init --help has an example',
        });
      return answer;
    };
    const canister = await needed(flags.canister, '--canister', 'Risk canister');
    const owner = await needed(flags.owner, '--owner', "Owner's principal");
    if (flags.acceptRisk !== true) {
      if (terminal !== null) process.stdout.write(`\n${DISCLAIMER.join('\n')}\n\n`);
      const word = await needed(undefined, '--accept-risk', 'Type "I accept" to go on');
      if (word.toLowerCase() !== 'i accept')
        throw new CliError({
          expected: '"I accept"',
          got: `"${word}"`,
          advice: 'the risk was not accepted, and nothing was made',
        });
    }
    return {
      urls: flags.icUrl,
      rootKey: flags.rootKey,
      canister,
      owner,
      venueKind: flags.venue,
      ...(flags.venueUrl === undefined ? {} : { venueUrl: flags.venueUrl }),
      ...(flags.page === undefined ? {} : { page: flags.page }),
    };
  } finally {
    terminal?.close();
  }
}
