import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCanister, type CanisterBuild } from '../../../scripts/build-canister.mjs';
import { canonicalMethods } from './support/Candid.ts';
import { Risk } from './support/Risk.ts';

const COMMITTED = join(import.meta.dirname, '..', 'risk.did');

let build: CanisterBuild;
let bundlePath: string;
beforeAll(async () => {
  build = await buildCanister();
  bundlePath = join(dirname(build.wasmPath), 'main.js');
});

/** The interface that azle derives from the decorators: the bundle tells it when it is run outside of a canister. */
function derivedCandid(): string {
  const script = `await import(${JSON.stringify(bundlePath)});
    console.log(JSON.parse(globalThis._azleGetCandidAndMethodMeta()).candid);`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
}

describe('the Candid interface', () => {
  it('that is committed is the one that the build derives from the code', () => {
    const committed = canonicalMethods(readFileSync(COMMITTED, 'utf8'));
    expect(committed).toEqual(canonicalMethods(derivedCandid()));
    expect(committed.length).toBe(34);
  });

  it('compares types, not just names', () => {
    const did = readFileSync(COMMITTED, 'utf8');
    for (const changed of [
      did.replace('pending : bool', 'pending : nat8'),
      did.replace('observe : (blob)', 'observe : (text)'),
      did.replace('(opt page) query', '(opt page)'),
    ]) {
      expect(changed).not.toBe(did);
      expect(canonicalMethods(changed)).not.toEqual(canonicalMethods(did));
    }
  });

  it('is in the module as public metadata', () => {
    const risk = new Risk(readFileSync(build.gzPath), 0);
    expect(risk.publicMetadata('candid:service')).toBe(readFileSync(COMMITTED, 'utf8'));
  });
});

describe('the build', () => {
  it('gzips the module without a name, a time or a system, and names its hash', () => {
    const gzip = readFileSync(build.gzPath);
    expect(Buffer.compare(gunzipSync(gzip), readFileSync(build.wasmPath))).toBe(0);
    expect([...gzip.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, gzip[8], 255]);
    expect(build.sha256).toBe(createHash('sha256').update(gzip).digest('hex'));
  });

  it('is not repeated while nothing has changed', async () => {
    expect(await buildCanister()).toEqual({ ...build, built: false });
  });

  it('leaves no trace of where the checkout lies, so that the module hash is the same everywhere', () => {
    const root = join(import.meta.dirname, '..', '..', '..');
    expect(readFileSync(build.wasmPath).includes(root)).toBe(false);
  });

  it('takes at most 1.1 MB gzipped, and so fits one install message', () => {
    expect(readFileSync(build.gzPath).length).toBeLessThanOrEqual(1_100_000);
  });

  it('carries our UTF-8 coder and not the legacy code pages, which would cost 900 M instructions at every start', () => {
    expect(readFileSync(bundlePath, 'utf8').includes('encoding-indexes')).toBe(false);
  });
});
