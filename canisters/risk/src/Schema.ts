/**
 * Layout of the stable memory as a whole: which maps there are and what they hold. Each map's values carry a version of
 * their own besides, and a later one reads the earlier; `Migration.test.ts` has the memory that each number left behind.
 *
 * 0: the first. 1: checkpoints and their states; the policy has a retention. 2: the log lies in 32 trees, and an owner's
 * standing is as of the newest snapshot.
 */
export const SCHEMA_VERSION = 2;
