import { createHash } from 'node:crypto';
import {
  encodeGrant,
  encodeHistory,
  encodeIntent,
  encodeKeeper,
  encodeLimits,
  encodeObservation,
  encodeRecovery,
  encodeReport,
  DEFAULT_LIMITS,
  type Answer,
} from '@plimsoll/engine';
import { AGENT, DAY_MS, enrol, OTHER_AGENT, OTHER_OWNER, OWNER, principalOf, recordIn } from './Cast.ts';
import { controlFrame } from './Frames.ts';
import { createMarket, historyOf, idOf, lookOf, START_MS, wishOf } from './Market.ts';
import type { Risk } from './Risk.ts';

/*
 * A past that any version can have had: two owners, what each map can hold, one moment. Its stable memory is kept as the
 * fixture of a schema; a later version has to make the same of it.
 */

const market = createMarket(40, 61);
const RECOVERY = principalOf(40);
export const INVITE = idOf(4_711);

/** What is the same whoever reads the memory. */
export interface Remembered {
  readonly owners: readonly {
    readonly head: string;
    readonly records: number;
    readonly keeper: string;
    readonly entries: string;
  }[];
  readonly root: string;
}

export function live(risk: Risk): void {
  enrol(risk);
  enrol(risk, OTHER_OWNER, OTHER_AGENT);
  for (const agent of [AGENT, OTHER_AGENT])
    recordIn(risk.send('load_history', encodeHistory(historyOf(market, 20)), agent));
  recordIn(risk.send('set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 4 }), OWNER));
  recordIn(risk.send('set_limits', encodeLimits({ ...DEFAULT_LIMITS, maxLeverage: 9 }), OWNER));
  recordIn(risk.send('set_recovery', encodeRecovery(idOf(900), RECOVERY), OWNER));
  for (let index = 20; index < 36; index++) {
    risk.clock.setMs(risk.nowMs + 130_000);
    risk.send('observe', encodeObservation(lookOf(market, index)), AGENT);
  }
  const wish = wishOf(lookOf(market, 35).timeMs + 1_000, idOf(901));
  recordIn(risk.send('intent', encodeIntent(wish), AGENT));
  recordIn(
    risk.send(
      'report',
      encodeReport({
        id: idOf(902),
        place: { account: 0, market: 0 },
        report: 'violation',
        decision: 8,
        timeMs: START_MS,
        side: 1,
        quantity: 3,
        price: 9.5,
        code: 'unplanned-fill',
      }),
      AGENT,
    ),
  );
  const halt = controlFrame('halt', 903, 0);
  recordIn(risk.send('halt', halt, OTHER_OWNER));
  const grant = encodeGrant({ agent: principalOf(41), expiresMs: risk.nowMs + 9 * DAY_MS, scopes: ['stop'] });
  recordIn(risk.send('grant', grant, OTHER_OWNER));
  risk.setPolicy({
    registration: 'invite',
    addInvites: [createHash('sha256').update(INVITE).digest()],
    ownerUpdatesPerDay: 54_321n,
  });
}

/** What the two owners' logs and rules are, as hashes. */
export function remembered(risk: Risk): Remembered {
  const owners = [OWNER, OTHER_OWNER].map((owner) => {
    const hash = createHash('sha256');
    for (const { record, frame } of risk.page(owner, owner)!.entries)
      hash.update(Uint8Array.from(record)).update(Uint8Array.from(frame));
    const { head, sequence } = risk.head(owner, owner)!;
    return {
      head: hex(head),
      records: sequence + 1,
      keeper: createHash('sha256')
        .update(encodeKeeper(risk.keeper(owner, owner)!))
        .digest('hex'),
      entries: hash.digest('hex'),
    };
  });
  return { owners, root: hex(risk.certifiedData) };
}

/** The next thing that happens: one look, answered from what the memory holds. */
export function next(risk: Risk): Answer {
  return risk.send('observe', encodeObservation(lookOf(market, 36)), AGENT);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
