import { Option, type Command } from 'commander';
import { ALERT_LEVELS, isAtLeast, type Alert, type AlertLevel } from '../alert/Alert.ts';
import { Alerter, type Delivery } from '../alert/Alerter.ts';
import { routesOf } from '../alert/AlertsConfig.ts';
import { CliError } from '../cli/CliError.ts';
import { EXIT } from '../cli/ExitCode.ts';
import { printJson, printLines } from '../cli/Output.ts';
import { CONFIG_FILE, readConfig } from '../config/readConfig.ts';

interface Flags {
  readonly config: string;
  readonly level: AlertLevel;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  plimsoll alert test
  PLIMSOLL_TELEGRAM_TOKEN_FILE=/etc/plimsoll/telegram plimsoll alert test --config /etc/plimsoll/plimsoll.yaml --json

Exit codes: 0 every way out that tells this level took it, 2 wrong use, nothing configured or refused for good,
3 not delivered, try again.`;

/** A person waits for the answer: fewer tries than the agent makes. */
const RETRIES = 1;
const WAIT_MS = 60_000;

export function register(program: Command): void {
  const alert = program
    .command('alert')
    .description('Ways in which the agent tells people.')
    .addHelpText('after', EXAMPLES);
  alert
    .command('test')
    .description('Send one alert through every configured way out and say what became of it.')
    .option('-c, --config <file>', 'the configuration', CONFIG_FILE)
    .addOption(new Option('--level <level>', 'level of the alert').choices(ALERT_LEVELS).default('alarm'))
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXAMPLES)
    .action(test);
}

async function test(flags: Flags): Promise<void> {
  const { alerts } = await readConfig(flags.config);
  const routes = await routesOf(alerts);
  if (routes.length === 0) {
    throw new CliError({
      expected: `webhook, telegram or email under alerts in ${flags.config}`,
      got: 'none',
      advice: 'nobody would be told of anything; configure one',
    });
  }
  const deliveries: Delivery[] = [];
  const alerter = new Alerter({
    routes,
    retries: RETRIES,
    onDelivery: (delivery) => deliveries.push(delivery),
  });
  alerter.raise(testAlert(flags.level));
  await alerter.drain(WAIT_MS);
  alerter.close();
  const results = routes.map(({ sink, least }) => {
    const delivery = deliveries.find((each) => each.sink === sink.name);
    const outcome = isAtLeast(flags.level, least) ? (delivery?.outcome ?? 'unanswered') : 'below-its-level';
    const { problem = null, isTemporary = true } = delivery ?? {};
    return { sink: sink.name, least, outcome, problem, isTemporary };
  });
  if (flags.json === true) printJson({ level: flags.level, results });
  else printLines(results.map(lineOf));
  const failed = results.filter(({ outcome }) => outcome !== 'sent' && outcome !== 'below-its-level');
  if (failed.length === 0) return;
  throw new CliError(
    {
      expected: 'every way out to take the alert',
      got: `not delivered through ${failed.map(({ sink }) => sink).join(' and ')}`,
      advice: 'each line above says why',
    },
    failed.some(({ isTemporary }) => isTemporary) ? EXIT.temporary : EXIT.request,
  );
}

function testAlert(level: AlertLevel): Alert {
  return {
    key: 'test',
    level,
    title: 'A test of the alerts',
    text: 'Somebody ran: plimsoll alert test. Nothing is wrong, and nothing is to be done.',
  };
}

interface Result {
  readonly sink: string;
  readonly least: AlertLevel;
  readonly outcome: string;
  readonly problem: string | null;
}

function lineOf({ sink, least, outcome, problem }: Result): string {
  const name = sink.padEnd(9);
  if (outcome === 'sent') return `${name} delivered`;
  if (outcome === 'below-its-level') return `${name} not told: it takes ${least} and above`;
  return `${name} NOT delivered: ${problem ?? 'no answer within a minute'}`;
}
