import type { Command } from 'commander';
import { renderUnicodeCompact } from 'uqr';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { ownerLink } from '../cli/ownerLink.ts';
import { configOf, print, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import { identityPathOf } from '../run/openCanister.ts';

const EXAMPLE = `
Example:
  plimsoll pair

Prints this agent's principal, and the link (and its QR code) at which the owner grants it. Nothing is secret in it.
Exit codes: 0 printed, 2 there is no configuration or no key.`;

export function register(program: Command): void {
  withCommonOptions(program.command('pair'))
    .description("Show this agent's principal for the owner to grant.")
    .addHelpText('after', EXAMPLE)
    .action((flags: CommonFlags) => tellingWhy(() => pair(flags)));
}

async function pair(flags: CommonFlags): Promise<ExitCode> {
  const config = await configOf(flags);
  const agent = (await readIdentityFile(identityPathOf(config))).getPrincipal().toText();
  const link = ownerLink(config, 'grant', { agent, account: String(config.account) });
  const scopes = ['relay', 'report', 'request-entry', 'stop'];
  const { owner, canister, account } = config;
  print(flags, { agent, owner, canister, account, scopes, link }, [
    `Agent     ${agent}`,
    `Owner     ${owner}`,
    `Account   ${String(account)}`,
    `Canister  ${canister}`,
    `May       ${scopes.join(', ')}; never loosen a limit, never take money out`,
    '',
    ...(link === null
      ? [
          'No page is configured: grant this principal as owner by your own tool, or write page: in the configuration.',
        ]
      : [
          'Open as owner and check that the page shows the same principal:',
          '',
          link,
          '',
          renderUnicodeCompact(link),
        ]),
  ]);
  return EXIT.ok;
}
