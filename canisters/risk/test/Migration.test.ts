import { encodeInvitation, DEFAULT_LIMITS } from '@plimsoll/engine';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../src/Schema.ts';
import { recordIn, STRANGER, told } from './support/Cast.ts';
import { START_MS } from './support/Market.ts';
import { INVITE, live, next, remembered, type Remembered } from './support/Past.ts';
import { builtWasm, Risk } from './support/Risk.ts';
import { packStable, unpackStable } from './support/StableFixture.ts';

/*
 * The stable memory that each released schema left behind, and what was in it. `UPDATE_FIXTURE=1` writes the present
 * schema's, once, when its number is new; the fixture of a schema that was released is never written again.
 */
const FOLDER = join(import.meta.dirname, 'fixtures');
const memoryOf = (schema: number): string => join(FOLDER, `schema-${String(schema)}.stable.gz`);
const contentOf = (schema: number): string => join(FOLDER, `schema-${String(schema)}.json`);

interface Content {
  readonly nowMs: number;
  readonly remembered: Remembered;
}

let wasm: Uint8Array;
beforeAll(async () => {
  wasm = await builtWasm();
  if (process.env['UPDATE_FIXTURE'] !== '1') return;
  const risk = new Risk(wasm, START_MS);
  live(risk);
  writeFileSync(memoryOf(SCHEMA_VERSION), packStable(risk.subnet.stableImage(risk.id)));
  const content: Content = { nowMs: risk.nowMs, remembered: remembered(risk) };
  writeFileSync(contentOf(SCHEMA_VERSION), `${JSON.stringify(content, null, 2)}\n`);
});

describe.each(Array.from({ length: SCHEMA_VERSION + 1 }, (_, schema) => schema))(
  'the stable memory of schema %i',
  (schema) => {
    it('is taken over by an upgrade to this version: logs, rules, proofs, policy are as they were', () => {
      const { nowMs, remembered: before } = JSON.parse(readFileSync(contentOf(schema), 'utf8')) as Content;
      const risk = new Risk(wasm, nowMs);
      risk.subnet.restoreStable(risk.id, unpackStable(readFileSync(memoryOf(schema))));
      risk.upgrade();
      expect(remembered(risk)).toEqual(before);
      expect(risk.policy()).toMatchObject({
        owner_updates_per_day: 54_321n,
        invites_waiting: 1,
        retention_days: 30,
      });
      // The next look goes on from there, and so does a newcomer.
      const { previousHead } = recordIn(next(risk));
      expect(Buffer.from(previousHead).toString('hex')).toBe(before.owners[0]!.head);
      const invited = encodeInvitation(INVITE, DEFAULT_LIMITS);
      expect(told(risk.send('register', invited, STRANGER))).toBe('record');
    });
  },
);
