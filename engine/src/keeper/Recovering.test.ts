import { expect, test } from 'vitest';
import { assertMayAct, encodeClaim, RECOVERY_DELAY_MS } from '../index.ts';
import { AGENT, OWNER, populated, T0 } from '../../test/KeeperActs.ts';
import { idOf } from '../../test/market.ts';
import { refusal } from '../../test/Stage.ts';
import { cancelRecovery, nameRecovery, recover } from './Recovering.ts';

const HEIR = Uint8Array.of(9, 9, 9);

test('the recovery principal becomes the owner seven days after its claim, and agents go with the former', () => {
  const claimed = recover(nameRecovery(populated(), HEIR), T0);
  expect(refusal(() => recover(claimed, T0 + RECOVERY_DELAY_MS - 1)).leaf).toBe('recovery-waits');
  const taken = recover(claimed, T0 + RECOVERY_DELAY_MS);
  expect([taken.owner, taken.recovery, taken.claimedMs]).toEqual([HEIR, null, 0]);
  expect(taken.grants.map(({ revokedMs }) => revokedMs)).toEqual([T0 + RECOVERY_DELAY_MS]);
  expect(taken.limits).toBe(claimed.limits);
  // An agent that was withdrawn before keeps the moment of it.
  const [grant] = claimed.grants;
  const withdrawn = { ...claimed, grants: [{ ...grant!, revokedMs: T0 + 5 }] };
  expect(recover(withdrawn, T0 + RECOVERY_DELAY_MS).grants[0]!.revokedMs).toBe(T0 + 5);
});

test('the owner ends a claim, also by naming somebody else or nobody', () => {
  const claimed = recover(nameRecovery(populated(), HEIR), T0);
  expect(cancelRecovery(claimed)).toMatchObject({ claimedMs: 0, recovery: HEIR });
  expect(nameRecovery(claimed, Uint8Array.of(8))).toMatchObject({ claimedMs: 0 });
  expect(nameRecovery(claimed, null)).toMatchObject({ claimedMs: 0, recovery: null });
  expect(refusal(() => cancelRecovery(populated())).leaf).toBe('no-claim');
});

test('neither owner nor agent nor nobody may be named, and without a name nobody claims', () => {
  for (const principal of [OWNER, AGENT, Uint8Array.of(4)]) {
    expect(refusal(() => nameRecovery(populated(), principal)).leaf).toBe('recovery-refused');
  }
  expect(refusal(() => recover(populated(), T0)).leaf).toBe('not-recovery');
  const claim = encodeClaim({ id: idOf(1), claim: 'recover', owner: OWNER });
  expect(refusal(() => assertMayAct(populated(), 'recover', claim, HEIR, T0)).leaf).toBe('not-recovery');
  expect(() => assertMayAct(nameRecovery(populated(), HEIR), 'recover', claim, HEIR, T0)).not.toThrow();
  // The frame of one claim is not taken for another.
  expect(refusal(() => assertMayAct(populated(), 'cancel_recovery', claim, OWNER, T0)).field).toBe('frame');
});
