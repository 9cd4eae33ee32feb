/*
 * What must never be read by anybody: every secret of this process, in each of the forms in which it could turn up in
 * a log line, an error, an alert, a metric or JSON. One register for the whole process, so that no way out is forgotten.
 */

export const REDACTED = '[redacted]';

/** Shorter values are no secrets: taking them out would tear holes into ordinary words. */
export const MIN_SECRET_LENGTH = 8;

/** Parts of text that are secret whatever they are. */
const PATTERNS: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  /(?<=\bsignature=)[0-9A-Za-z%+/=_-]{16,}/gi,
  /(?<=\bauthorization["']?\s*[:=]\s*["']?(?:basic|bearer)\s+)[0-9A-Za-z+/=._~-]{8,}/gi,
];

const forms = new Set<string>();
let longestFirst: readonly string[] = [];

/** A value as it reads inside base64 of something longer, at each of the three alignments; `\0user\0password` is one. */
function withinBase64(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  return [0, 1, 2].flatMap((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Characters that share bits with what stands before or after the value are not its own.
    const from = lead === 0 ? 0 : lead + 1;
    const whole = Math.floor(((lead + bytes.length) * 8) / 6);
    const inner = text.slice(from, whole);
    return inner.length < MIN_SECRET_LENGTH ? [] : [inner, inner.replace(/\+/g, '-').replace(/\//g, '_')];
  });
}

function insideJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function formsOf(value: string): string[] {
  // A lone surrogate, which no encoder takes, comes out of the buffer replaced.
  const encoded = encodeURIComponent(Buffer.from(value, 'utf8').toString('utf8'));
  const once = insideJson(value);
  return [
    value,
    once,
    // JSON within JSON, as when a body is quoted in a log record.
    insideJson(once),
    encoded,
    encoded.replace(/%20/g, '+'),
    new URLSearchParams([['', value]]).toString().slice(1),
    Buffer.from(value, 'utf8').toString('hex'),
    ...withinBase64(value),
  ];
}

/** The key of the exchange on this machine: its banner prints it, and its kind of venue has the same name. */
const PUBLIC: ReadonlySet<string> = new Set(['localnet']);

/** From now on `redact` takes this value out. Values of fewer than eight characters are left alone. */
export function registerSecret(value: string): void {
  if (value.length < MIN_SECRET_LENGTH || PUBLIC.has(value) || forms.has(value)) return;
  for (const form of formsOf(value)) if (form.length >= MIN_SECRET_LENGTH) forms.add(form);
  longestFirst = [...forms].sort((a, b) => b.length - a.length);
}

/** The text without any secret. */
export function redact(text: string): string {
  let clean = text;
  for (const form of longestFirst) if (clean.includes(form)) clean = clean.replaceAll(form, REDACTED);
  for (const pattern of PATTERNS) clean = clean.replace(pattern, REDACTED);
  return clean;
}

/** A copy of a JSON value without any secret in it, names of fields included. */
export function redactJson<T>(value: T): T {
  const text: unknown = JSON.stringify(value);
  return typeof text === 'string' ? (JSON.parse(redact(text)) as T) : value;
}

/** Puts redaction before a stream of whole lines, such as that of a logger. */
export function redacting(stream: { write(line: string): unknown }): { write(line: string): void } {
  return {
    write(line) {
      stream.write(redact(line));
    },
  };
}
