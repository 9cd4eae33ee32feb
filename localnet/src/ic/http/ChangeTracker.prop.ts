import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChangeTracker } from './ChangeTracker.ts';

describe('the change tracker', () => {
  it('reports per sweep exactly what a comparison of the two collections reports, same objects or copies', () => {
    const collection = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(2), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(collection, fc.boolean()), { maxLength: 12 }), (sweeps) => {
        const tracker = new ChangeTracker();
        const objects = new Map<string, Uint8Array>();
        const labelOf = (name: string, isCopy: boolean): Uint8Array => {
          const label = (isCopy ? undefined : objects.get(name)) ?? Uint8Array.from(Buffer.from(name));
          objects.set(name, label);
          return label;
        };
        let before: Record<string, number> = {};
        for (const [now, isCopy] of sweeps) {
          tracker.begin();
          for (const [name, stamp] of Object.entries(now)) {
            expect(tracker.note(labelOf(name, isCopy), stamp)).toBe(before[name] !== stamp);
          }
          const gone = tracker.vanished().map((label) => Buffer.from(label).toString());
          expect(gone.sort()).toEqual(
            Object.keys(before)
              .filter((name) => !(name in now))
              .sort(),
          );
          before = now;
        }
      }),
    );
  });
});
