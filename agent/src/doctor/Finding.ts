/** What one check found, and what to do about it. */
export interface Finding {
  readonly name: string;
  /** `fail`: live trading does not start. `warn`: it starts, and something should be done. */
  readonly grade: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** Empty where nothing is to be done. */
  readonly advice: string;
  /** Set where it may be otherwise the next time without anybody's doing. */
  readonly mayPass?: true;
}

export const ok = (name: string, found: string): Finding => ({ name, grade: 'ok', found, advice: '' });
export const warn = (name: string, found: string, advice: string): Finding => ({
  name,
  grade: 'warn',
  found,
  advice,
});
export const fail = (name: string, found: string, advice: string): Finding => ({
  name,
  grade: 'fail',
  found,
  advice,
});

/** Somebody did not answer, or cannot now. */
export const failNow = (name: string, found: string, advice: string): Finding => ({
  ...fail(name, found, advice),
  mayPass: true,
});
