import { EngineError } from '../EngineError.ts';
import { accountOf, withAccount, type AccountState, type Keeper } from './Keeper.ts';
import { MODES, type Mode, type ModeChange } from './Mode.ts';

const DAY_MS = 86_400_000;

/** What a step up asks of the step below. */
export interface Step {
  readonly days: number;
  /** Observations on record in that mode. */
  readonly decisions: number;
  /** Plans made in that mode. */
  readonly plans: number;
}

/** To paper: three days of advice. To live: two weeks on paper, with plans made. */
export const STEPS: Readonly<Record<Exclude<Mode, 'advisory'>, Step>> = {
  paper: { days: 3, decisions: 576, plans: 0 },
  live: { days: 14, decisions: 2_880, plans: 5 },
};

/**
 * Takes an account up or down the ladder. Down is immediate. Up goes one step at a time, on the record of the step
 * below, and not while a violation or an ambiguity is open. The record on paper that the step to live shows is that of
 * the account itself or of another of the owner's; only feeds of live prices count.
 *
 * @throws EngineError `no-history`, `mode-step`, `mode-open-reports`, `mode-evidence`, `mode-record`
 */
export function changeMode(keeper: Keeper, change: ModeChange, icTimeMs: number): Keeper {
  const account = accountOf(keeper, change.account);
  if (account === null) {
    const came = `account ${String(change.account)}`;
    throw new EngineError('request', 'no-history', 'mode.account', 'an account with a feed', came);
  }
  const from = MODES.indexOf(account.mode);
  const to = MODES.indexOf(change.mode);
  if (to === from) return keeper;
  if (to > from) assertStepUp(keeper, account, change, icTimeMs);
  return withAccount(keeper, {
    ...account,
    mode: change.mode,
    modeSinceMs: icTimeMs,
    decisions: 0,
    plans: 0,
  });
}

function assertStepUp(keeper: Keeper, account: AccountState, change: ModeChange, icTimeMs: number): void {
  const { mode } = change;
  const next = MODES[MODES.indexOf(account.mode) + 1];
  if (mode === 'advisory' || mode !== next) {
    throw new EngineError('request', 'mode-step', 'mode', `one step up: ${String(next)}`, mode);
  }
  if (keeper.open.length > 0) {
    const came = `${String(keeper.open.length + keeper.openBeyond)}, the first at record ${String(keeper.open[0]!.sequence)}`;
    throw new EngineError('request', 'mode-open-reports', 'open reports', 'none; resolve them first', came);
  }
  const shown = evidenceOf(keeper, account, change);
  assertRecord(shown, STEPS[mode], icTimeMs);
}

/** The account whose record counts. */
function evidenceOf(keeper: Keeper, account: AccountState, { mode, evidence }: ModeChange): AccountState {
  const shown = mode === 'live' && evidence !== null ? accountOf(keeper, evidence) : account;
  const wantedMode: Mode = mode === 'live' ? 'paper' : 'advisory';
  // Made-up fills at live prices are what paper is; advice may be had on either.
  const counts =
    mode === 'live' ? shown?.kind === 'paper' : shown?.kind === 'paper' || shown?.kind === 'live';
  if (shown === null || !counts || shown.mode !== wantedMode) {
    const kinds = mode === 'live' ? 'a paper account' : 'an account with live prices';
    const came = shown === null ? 'no account' : `a ${shown.kind} account in mode ${shown.mode}`;
    throw new EngineError(
      'request',
      'mode-evidence',
      'mode.evidence',
      `${kinds} in mode ${wantedMode}`,
      came,
    );
  }
  return shown;
}

function assertRecord(shown: AccountState, step: Step, icTimeMs: number): void {
  const days = Math.floor((icTimeMs - shown.modeSinceMs) / DAY_MS);
  const isLongEnough = days >= step.days && shown.decisions >= step.decisions && shown.plans >= step.plans;
  if (isLongEnough) return;
  const expected = `at least ${String(step.days)} days, ${String(step.decisions)} decisions and ${String(step.plans)} plans`;
  const came = `${String(days)} days, ${String(shown.decisions)} decisions and ${String(shown.plans)} plans`;
  throw new EngineError('temporary', 'mode-record', 'record', expected, came);
}
