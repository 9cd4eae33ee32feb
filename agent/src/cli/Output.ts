import { redact } from '../credentials/Redaction.ts';

/** Prints lines for a person, none of them with a secret. */
export function printLines(lines: readonly string[]): void {
  process.stdout.write(redact(`${lines.join('\n')}\n`));
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
