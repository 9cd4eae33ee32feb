/** How long `npm run localnet` takes until it is ready, and `icp deploy` until our canister runs on it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { buildCanister } from '../../scripts/build-canister.mjs';
import { hasIcp, IcpCommand } from '../test/replica/IcpCommand.ts';
import type { Row } from './Row.ts';
import { sampleOf } from './Sample.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ANY_PORTS = ['--port', '0', '--exchange-port', '0', '--identity-port', '0'];
const STARTS = 5;
const DEPLOYS = 3;

interface Ready {
  readonly icUrl: string;
  readonly rootKey: string;
}

export async function startRows(): Promise<Row[]> {
  const startsMs: number[] = [];
  const deploysMs: number[] = [];
  await buildCanister();
  for (let i = 0; i < STARTS; i++) {
    const beginMs = performance.now();
    const child = spawn(
      process.execPath,
      ['--stack-size=7600', 'localnet/start.mjs', '--json', ...ANY_PORTS],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    startsMs.push(performance.now() - beginMs);
    try {
      if (hasIcp && i < DEPLOYS) deploysMs.push(await deploy(JSON.parse(line.toString()) as Ready));
    } finally {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
  const deploys: Row[] =
    deploysMs.length === 0
      ? []
      : [{ name: 'icp deploy of our canister', value: sampleOf(deploysMs).p50, unit: 'ms', atMost: 3000 }];
  return [{ name: 'start to ready', value: sampleOf(startsMs).p50, unit: 'ms', atMost: 1000 }, ...deploys];
}

async function deploy({ icUrl, rootKey }: Ready): Promise<number> {
  const icp = await IcpCommand.start(icUrl, Buffer.from(rootKey, 'hex'));
  try {
    return (await icp.run('deploy')).durationMs;
  } finally {
    await icp.close();
  }
}
