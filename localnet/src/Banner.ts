import pc from 'picocolors';
import type { Credentials } from './exchange/Signature.ts';
import type { ClockKind } from './Localnet.ts';

/** What is told of a localnet that has started. */
export interface BannerFacts {
  readonly icUrl: string;
  readonly rootKey: string;
  readonly exchangeUrl: string;
  readonly identityUrl: string | undefined;
  /** The keys of the exchange's first account, which are no secret. */
  readonly credentials: Credentials;
  /** Such as `a synthetic market, seed 1`. */
  readonly market: string;
  /** Directory of the state; undefined when it is kept in memory alone. */
  readonly stateDirectory: string | undefined;
  readonly clock: ClockKind;
  readonly notAsOnTheIc: readonly string[];
  readonly notAsOnBinance: readonly string[];
}

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 110;
const NARROWEST = 40;
const LABEL = 20;

/**
 * What people are shown once everything is ready. Text is wrapped to the width, addresses and keys are never broken, so
 * that they can be copied.
 * @param columns of the terminal; undefined where the output is not one
 */
export function banner(facts: BannerFacts, columns: number | undefined): string {
  const width = Math.max(NARROWEST, Math.min(columns ?? WIDEST, WIDEST));
  const { icUrl, rootKey, exchangeUrl, identityUrl, stateDirectory } = facts;
  const row = (label: string, value: string, note = ''): string[] => [
    `${pc.bold(label.padEnd(LABEL))}${value}`,
    ...wrapped(note, width - LABEL).map((line) => ' '.repeat(LABEL) + pc.dim(line)),
  ];
  const list = (title: string, items: readonly string[]): string[] => [
    pc.bold(title),
    ...items.flatMap((item) =>
      wrapped(item, width - 2).map((line, i) => pc.dim(`${i === 0 ? '-' : ' '} ${line}`)),
    ),
  ];
  const keys = `API key ${facts.credentials.apiKey}, secret ${facts.credentials.apiSecret}`;
  const clockNote = `POST ${exchangeUrl}/localnet/v1/clock/advance?ms=1000 moves it`;
  // What is needed most comes last: it stays on the screen.
  return [
    ...list('Not as on the Internet Computer', facts.notAsOnTheIc),
    '',
    ...list('Not as on Binance', facts.notAsOnBinance),
    '',
    pc.bold('In icp.yaml'),
    'networks:',
    '  - name: local',
    '    mode: connected',
    `    url: ${icUrl}`,
    `    root-key: ${rootKey}`,
    '',
    pc.bold('Root key'),
    rootKey,
    '',
    ...row('Internet Computer', pc.cyan(icUrl)),
    ...row('Exchange', pc.cyan(exchangeUrl), `Binance USDⓈ-M, playing ${facts.market}; ${keys}`),
    ...row(
      'Identity',
      identityUrl === undefined ? 'none' : pc.cyan(identityUrl),
      'development only: anybody signs in as anybody',
    ),
    ...row(
      'State',
      stateDirectory ?? 'in memory',
      stateDirectory === undefined ? 'gone when this stops' : '',
    ),
    ...(facts.clock === 'manual' ? row('Clock', 'stands still', clockNote) : []),
    ...(facts.clock === 'market' ? row('Clock', "the played market's") : []),
    '',
    pc.dim('Ctrl-C stops all of it.'),
    '',
  ].join('\n');
}

/** Text as lines of at most `width` characters, broken between words; a longer word stands alone. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}
