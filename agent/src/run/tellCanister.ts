import type { Config } from '../config/Config.ts';
import type { Journal } from '../journal/Journal.ts';
import { randomIds } from '../observe/IdSource.ts';
import { HaltFile } from './HaltFile.ts';
import { openCanister } from './openCanister.ts';
import { sharedClock } from './sharedClock.ts';

/** A person waits, and this machine is halted already. */
const WAIT_MS = 15_000;

/**
 * Tells the canister what was done on this machine while no agent runs; whoever calls holds the journal, so that none
 * starts meanwhile. The halt of this machine stays whatever the canister says: the next run tells it again.
 * @returns why it does not know; null once it does
 */
export async function tellCanister(
  config: Config,
  journal: Journal,
  act: 'halt' | 'flatten',
): Promise<string | null> {
  const file = new HaltFile(config.state);
  if (act === 'halt' && file.read()?.isTold === true) return null;
  try {
    await sharedClock(config);
    const { canister } = await openCanister(config, journal, WAIT_MS);
    const id = randomIds(0);
    await canister[act](id, { account: config.account, market: 0 });
    journal.markAnswered(id);
    await file.markTold(journal.latestDecision()?.marketMs ?? 0);
    return null;
  } catch (error) {
    // Whatever it was: what is done on this machine is done, and its caller has to say so.
    return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
  }
}

/** What a person is told of it. */
export function canisterLine(untold: string | null): string {
  return untold === null
    ? 'The canister knows too.'
    : `The canister does not know (${untold}). This machine keeps the halt, and the next plimsoll run tells it before anything else; the owner can halt on the page as well.`;
}
