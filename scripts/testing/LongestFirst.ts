import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest, longest first. Vitest goes by what it measured last time, and on a clean clone by how large a file is. */
const LONGEST = [
  'agent/src/run/Kill.test.ts',
  'scripts/demo/Replay.test.ts',
  'scripts/exactness/Exactness.test.ts',
  'agent/src/run/LiveFailures.test.ts',
  'scripts/testing/Reproducible.test.ts',
  'agent/src/run/LiveAlerts.test.ts',
  'scripts/demo/BadInput.test.ts',
  'agent/src/run/LiveRefusals.test.ts',
  'canisters/risk/test/Malformed.prop.ts',
  'agent/src/execute/VenueFaults.test.ts',
  'localnet/src/identity/SignIn.test.ts',
];

/** Where a file stands in the list; behind it where it isn't in it. */
function placeOf(path: string): number {
  const place = LONGEST.findIndex((file) => path.endsWith(file));
  return place < 0 ? LONGEST.length : place;
}

/** What takes minutes begins first: last of all, it would leave the other processors waiting for it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => placeOf(a.moduleId) - placeOf(b.moduleId));
  }
}
