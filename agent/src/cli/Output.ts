import { redact } from '../credentials/Redaction.ts';
import { wrap } from '../view/wrap.ts';

/** Of what goes on below. */
const INDENT = 2;

/** Lines as a terminal of this width shows them best: broken between words, for it would break them anywhere. */
export function fittedLines(lines: readonly string[], columns: number): readonly string[] {
  return lines.flatMap((line) => wrap(line, columns, INDENT));
}

/** Prints lines for a person, none of them with a secret. */
export function printLines(lines: readonly string[]): void {
  // Before a line is broken, and what it must not tell with it.
  const told = redact(lines.join('\n')).split('\n');
  process.stdout.write(`${fittedLines(told, process.stdout.columns ?? Infinity).join('\n')}\n`);
}

/** Prints one JSON document for a program. Bytes as hexadecimal; what JSON has no number for as null. */
export function printJson(value: unknown): void {
  const text = JSON.stringify(
    value,
    (_, inner: unknown) => (inner instanceof Uint8Array ? Buffer.from(inner).toString('hex') : inner),
    2,
  );
  process.stdout.write(redact(`${text}\n`));
}
