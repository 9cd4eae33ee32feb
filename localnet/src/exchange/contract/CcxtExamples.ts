import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A JSON example from a comment of ccxt's source; of a list the first item. */
export interface Example {
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The examples in the comments of an installed source file of ccxt: a second, independent witness of key names. */
export function readCcxtExamples(file: 'binance.js' | 'pro/binance.js'): Example[] {
  const entry = fileURLToPath(import.meta.resolve('ccxt'));
  const text = readFileSync(entry.replace(/ccxt\.js$/, `src/${file}`), 'utf8');
  const examples: Example[] = [];
  let comment: string[] = [];
  text.split('\n').forEach((line, i) => {
    const content = /^\s*\/\/ ?(.*)$/.exec(line)?.[1];
    if (content !== undefined) comment.push(content);
    else {
      examples.push(...examplesIn(comment, i - comment.length + 1));
      comment = [];
    }
  });
  return examples;
}

function examplesIn(comment: readonly string[], firstLine: number): Example[] {
  const examples: Example[] = [];
  for (let begin = 0; begin < comment.length; begin++) {
    if (!/^\s*[[{]/.test(comment[begin] ?? '')) continue;
    for (let end = begin; end < comment.length; end++) {
      const fields = fieldsOf(comment.slice(begin, end + 1));
      if (fields === undefined) continue;
      examples.push({ line: firstLine + begin, fields });
      begin = end;
      break;
    }
  }
  return examples;
}

/** Comments quote JavaScript as often as JSON: bare keys, single quotes, notes after values and trailing commas. */
function fieldsOf(lines: readonly string[]): Example['fields'] | undefined {
  const text = lines
    .map((line) => line.replace(/\s\/\/.*$/, ''))
    .join('\n')
    .trim()
    .replace(/[,;]$/, '')
    .replace(/'([^'\n]*)'/g, '"$1"')
    .replace(/([{,]\s*)([A-Za-z_]\w*)(\s*:)/g, '$1"$2"$3')
    .replace(/,(\s*[}\]])/g, '$1');
  try {
    const value: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'object' && first !== null && !Array.isArray(first)
      ? (first as Example['fields'])
      : undefined;
  } catch {
    return undefined;
  }
}
