import { CredentialError } from './CredentialError.ts';
import { MIN_SECRET_LENGTH, REDACTED, registerSecret } from './Redaction.ts';

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * A value that prints itself nowhere: text, JSON and the debugger's view all show `[redacted]`. Making one puts its
 * value under `redact` for the life of the process.
 */
export class Secret {
  readonly #value: string;

  /** @param name what the value is, for the message. @throws CredentialError `too-short` or `malformed` */
  constructor(name: string, value: string) {
    if (value.length < MIN_SECRET_LENGTH) {
      throw new CredentialError(
        'too-short',
        `expected ${name} to have at least ${String(MIN_SECRET_LENGTH)} characters, got ${String(value.length)}. Copy it again, whole.`,
      );
    }
    if (/\s/.test(value)) {
      throw new CredentialError(
        'malformed',
        `expected ${name} without blanks or line ends, got some. Copy it again, without quotes.`,
      );
    }
    registerSecret(value);
    this.#value = value;
  }

  /** The value itself: only for the call that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [INSPECT](): string {
    return REDACTED;
  }
}
