import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ICP = join(ROOT, 'node_modules', '@icp-sdk', 'icp-cli-linux-x64', 'bin', 'icp');
const TIMEOUT_MS = 60_000;

/** Whether the command is installed: it comes for Linux on x64 alone. */
export const hasIcp: boolean = existsSync(ICP);

/** What a run of the command left. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  /** Messages and warnings, without the one about fetching root keys. */
  readonly stderr: string;
  readonly durationMs: number;
}

/** The `icp` command in a project and a home of its own, both thrown away at the end. */
export class IcpCommand {
  readonly project: string;
  readonly #home: string;

  private constructor(home: string, project: string) {
    this.#home = home;
    this.project = project;
  }

  /**
   * A project with the repository's own `icp.yaml`, whose network named local is the one at `url`.
   * @param pem a file with the private key to act with; a new one by default
   */
  static async start(url: string, rootKey: Uint8Array, pem?: string): Promise<IcpCommand> {
    const home = await mkdtemp(join(tmpdir(), 'icp-cli-'));
    const project = join(home, 'project');
    await mkdir(project);
    const root = Buffer.from(rootKey).toString('hex');
    const yaml = (await readFile(join(ROOT, 'icp.yaml'), 'utf8'))
      .replace(/url: \S+/, `url: ${url}`)
      .replace('root-key: fetch', `root-key: ${root}`)
      .replace('node scripts/', `node ${ROOT}scripts/`)
      .replace('cp .azle/', `cp ${ROOT}.azle/`);
    await writeFile(join(project, 'icp.yaml'), yaml);
    const icp = new IcpCommand(home, project);
    await (pem === undefined
      ? icp.run('identity', 'new', 'tester', '--storage', 'plaintext')
      : icp.run('identity', 'import', 'tester', '--from-pem', pem, '--storage', 'plaintext'));
    await icp.run('identity', 'default', 'tester');
    return icp;
  }

  /** @throws Error with what the command said when it fails */
  async run(...args: string[]): Promise<Ran> {
    const ran = await this.attempt(...args);
    if (ran.code === 0) return ran;
    throw new Error(`icp ${args.join(' ')} ended with ${ran.code}:\n${ran.stdout}${ran.stderr}`);
  }

  /** Runs the command and gives what came of it, success or not. */
  attempt(...args: string[]): Promise<Ran> {
    const startMs = performance.now();
    // Only what the command needs: nothing of the developer's own settings, and no telemetry.
    const env = { HOME: this.#home, PATH: process.env['PATH'] ?? '', DO_NOT_TRACK: '1', RUST_BACKTRACE: '0' };
    return new Promise((resolve) => {
      const options = { cwd: this.project, env, timeout: TIMEOUT_MS };
      execFile(ICP, args, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr, durationMs: performance.now() - startMs });
      });
    });
  }

  async close(): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
  }
}
