import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

/** Where a started localnet listens. */
export interface LocalnetAddress {
  readonly icUrl: string;
  readonly rootKey: string;
  readonly exchangeUrl: string;
}

/** What localnet said on its way out: its own one-line reason. */
export class LocalnetFailed extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'LocalnetFailed';
  }
}

/**
 * An Internet Computer and an exchange in a process of their own, so that the agent meets them only over HTTP. The
 * channel to it is its life line: however this process ends, that one ends too.
 */
export class LocalnetProcess {
  readonly address: LocalnetAddress;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: LocalnetAddress) {
    this.#child = child;
    this.address = address;
  }

  /** @throws LocalnetFailed with the reason that localnet printed */
  static async start(root: string, args: readonly string[]): Promise<LocalnetProcess> {
    const child = spawn(
      process.execPath,
      // The canister's own stack, not V8's, must be what ends a deep recursion.
      ['--stack-size=7600', join(root, 'localnet', 'start.mjs'), '--json', ...args],
      { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true },
    );
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-4_000);
    });
    if (child.stdout === null)
      throw new LocalnetFailed('localnet: expected a pipe from its output, got none');
    const lines = createInterface({ input: child.stdout });
    const failed = once(child, 'exit').then(() => {
      throw new LocalnetFailed(errors.trim() || 'localnet: ended before it was ready and said nothing');
    });
    const ready = once(lines, 'line').then(([line]) => JSON.parse(String(line)) as LocalnetAddress);
    return new LocalnetProcess(child, await Promise.race([ready, failed]));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
