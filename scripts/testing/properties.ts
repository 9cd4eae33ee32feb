import fc from 'fast-check';

/**
 * Properties draw the same cases every time, so that a check that passed here passes there; `FC_SEED=random` or a
 * number draws others, `FC_RUNS` more of them where a property does not ask for its own count.
 */
const { FC_SEED = '20261122', FC_RUNS } = process.env;

fc.configureGlobal({
  ...(FC_SEED === 'random' ? {} : { seed: Number(FC_SEED) }),
  ...(FC_RUNS === undefined ? {} : { numRuns: Number(FC_RUNS) }),
});
