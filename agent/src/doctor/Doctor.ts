import { selfTest } from '@plimsoll/engine';
import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { readIdentityFile } from '../canister/IdentityFile.ts';
import type { Config, Mode } from '../config/Config.ts';
import { HaltFile } from '../run/HaltFile.ts';
import { identityPathOf } from '../run/openCanister.ts';
import type { Keys } from '../run/openVenue.ts';
import { checkCanister } from './canisterChecks.ts';
import { fail, failNow, ok, warn, type Finding } from './Finding.ts';
import { checkVenue } from './venueChecks.ts';

const LEAST_DISK_MB = 100;
const GOOD_DISK_MB = 1_000;

/**
 * Looks at everything that a run leans on. Changes nothing; a check that cannot be made is a finding, never an error.
 * @param mode what the agent is to do: live asks for more
 */
export async function doctor(config: Config, keys: Keys | null, mode: Mode): Promise<readonly Finding[]> {
  return [
    checkEngine(),
    await checkState(config),
    await checkIdentity(config),
    checkHalt(config),
    ...(await checkVenue(config, keys, mode)),
    ...(await checkCanister(config, mode)),
  ];
}

function checkEngine(): Finding {
  const { passed, failed } = selfTest();
  return passed
    ? ok('engine', 'This machine computes what the canister does.')
    : fail('engine', `Other results of ${failed.join(', ')}.`, 'Use another Node or machine, and report it.');
}

async function checkState({ state }: Config): Promise<Finding> {
  try {
    await mkdir(state, { recursive: true, mode: 0o700 });
    await access(state, constants.W_OK);
    const { bavail, bsize } = await statfs(state);
    const freeMb = Math.floor((bavail * bsize) / 1_000_000);
    const found = `${String(freeMb)} MB are free where the journal is kept (${state}).`;
    if (freeMb < LEAST_DISK_MB)
      return failNow('disk', found, 'Make room: without a journal nothing is sent.');
    if (freeMb < GOOD_DISK_MB) return warn('disk', found, 'Make room soon.');
    return ok('disk', found);
  } catch (error) {
    const found = `The state directory ${state} cannot be written: ${messageOf(error)}.`;
    return fail('disk', found, 'Check its owner and permissions.');
  }
}

async function checkIdentity(config: Config): Promise<Finding> {
  try {
    const identity = await readIdentityFile(identityPathOf(config));
    return ok('identity', `The agent is ${identity.getPrincipal().toText()}.`);
  } catch (error) {
    return fail('identity', messageOf(error), 'plimsoll init makes one.');
  }
}

function checkHalt({ state }: Config): Finding {
  const halt = new HaltFile(state).read();
  if (halt === null) return ok('halt', 'Not halted.');
  const found = `Halted since ${new Date(halt.sinceMs).toISOString()}: nothing is entered, exits go on.`;
  return warn('halt', found, 'plimsoll resume says how to go on.');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
