import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { accepted, configOf, print, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { ownerLink } from '../cli/ownerLink.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import { askAgent } from '../control/askAgent.ts';
import { jumpText } from '../run/JumpBar.ts';
import { pricesWith } from '../view/prices.ts';

const EXAMPLE = `
Example:
  plimsoll confirm

A close that lies more than e^0.5 times above or below the one before it is not taken in until the next bar is near it, or
until the owner says that it is real. An agent key cannot. Compare the price with another source before you do.
Exit codes: 0 nothing waits, 2 only the owner can, 3 no agent runs that would know.`;

export function register(program: Command): void {
  withCommonOptions(program.command('confirm'))
    .description('How the owner confirms a price that jumped.')
    .addHelpText('after', EXAMPLE)
    .action((flags: CommonFlags) => tellingWhy(() => confirm(flags)));
}

async function confirm(flags: CommonFlags): Promise<ExitCode> {
  const config = await configOf(flags);
  const reply = await askAgent(config.state, { do: 'status' }, 5_000);
  if (reply === null) {
    print(flags, { isRunning: false, jump: null, link: null }, [
      `No agent runs on ${config.state}: what waits to be confirmed is known to a running one.`,
    ]);
    return EXIT.temporary;
  }
  const { jump, symbol, priceDecimals } = accepted(reply).status;
  if (jump === null) {
    print(flags, { isRunning: true, jump, link: null }, ['No price waits to be confirmed.']);
    return EXIT.ok;
  }
  const { account } = config;
  const link = ownerLink(config, 'confirm', {
    account: String(account),
    market: '0',
    bar: String(jump.barMs),
  });
  print(flags, { isRunning: true, jump, link }, [
    jumpText(symbol, jump, pricesWith(priceDecimals)),
    'Compare it with another source. It is confirmed as owner, signed in on the page:',
    link ?? 'no page is configured.',
  ]);
  return EXIT.request;
}
