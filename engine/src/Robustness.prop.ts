import { describe, expect, test } from 'vitest';
import { campaign } from '../test/Campaign.ts';

/** A hundredth of the long campaign; CAMPAIGN=1000000 runs it whole. */
const COUNT = Number(process.env['CAMPAIGN'] ?? 10_000);
const SEED = Number(process.env['CAMPAIGN_SEED'] ?? 20_240_805);

describe('a desk under random and adversarial inputs', () => {
  test(
    'answers with a finite decision or a typed refusal that changed nothing',
    { timeout: 3_600_000 },
    () => {
      const { decided, refused } = campaign(COUNT, SEED);
      expect(decided).toBeGreaterThan(COUNT / 4);
      expect(Object.keys(refused)).toEqual(
        expect.arrayContaining(['out-of-domain', 'out-of-order', 'quarantined', 'stale-feed']),
      );
    },
  );
});
