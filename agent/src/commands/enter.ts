import { Argument, InvalidArgumentError, type Command } from 'commander';
import { CliError } from '../cli/CliError.ts';
import { EXIT, type ExitCode } from '../cli/ExitCode.ts';
import { accepted, configOf, print, withCommonOptions, type CommonFlags } from '../cli/Flags.ts';
import { tellingWhy } from '../cli/tellingWhy.ts';
import { askAgent } from '../control/askAgent.ts';
import type { EnterResult } from '../run/answerAsk.ts';
import { pricesWith } from '../view/prices.ts';
import { decimal } from '../view/words.ts';

const EXAMPLE = `
Examples:
  plimsoll enter long 500
  plimsoll enter short 250 --json

A wish, not an order: the canister answers with a plan or with what forbids one, and the running agent enters by it.
Exit codes: 0 entered, 2 refused, 3 no agent runs or it cannot say.`;

export function register(program: Command): void {
  withCommonOptions(program.command('enter'))
    .description('Wish to enter: long or short, so many USDT of notional at most.')
    .addArgument(new Argument('<side>', 'which way').choices(['long', 'short']))
    .argument('<usdt>', 'notional wished for, USDT', positive)
    .addHelpText('after', EXAMPLE)
    .action((side: string, usdt: number, flags: CommonFlags) => tellingWhy(() => enter(side, usdt, flags)));
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity))
    throw new InvalidArgumentError(`expected USDT above 0, got "${text}"`);
  return value;
}

async function enter(side: string, notionalUsdt: number, flags: CommonFlags): Promise<ExitCode> {
  const config = await configOf(flags);
  const reply = await askAgent(config.state, { do: 'enter', side: side === 'long' ? 1 : -1, notionalUsdt });
  if (reply === null) {
    throw new CliError(
      {
        expected: `an agent to run on ${config.state}`,
        got: 'none',
        advice: 'only a running agent can protect what is entered; start plimsoll run',
      },
      EXIT.temporary,
    );
  }
  const answer = accepted(reply);
  const result = answer.result as EnterResult;
  const price = pricesWith(answer.status.priceDecimals);
  const { isEntered, quantity, leverage, stopPrice, binding, problems } = result;
  print(flags, result, [
    isEntered
      ? `Entered ${side} ${decimal(quantity)} at ${String(leverage)}x, stop ${price(stopPrice)}.`
      : `Not entered: ${binding}.`,
    ...problems,
  ]);
  return isEntered ? EXIT.ok : EXIT.request;
}
