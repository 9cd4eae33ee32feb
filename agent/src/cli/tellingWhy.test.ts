import { FetchError, ProofError } from '@plimsoll/proof';
import { expect, test } from 'vitest';
import { CanisterError } from '../canister/CanisterError.ts';
import { IdentityFileError } from '../canister/IdentityFile.ts';
import { LogError } from '../canister/LogError.ts';
import { JournalError } from '../journal/JournalError.ts';
import { StoreError } from '../receipts/StoreError.ts';
import { VenueError } from '../venue/VenueError.ts';
import { CliError } from './CliError.ts';
import { EXIT } from './ExitCode.ts';
import { tellingWhy } from './tellingWhy.ts';

test.each([
  [
    'the venue does not answer',
    new VenueError({ kind: 'temporary', leaf: 'no-answer', outcome: 'ambiguous' }, 'x'),
    EXIT.temporary,
  ],
  ['the canister refuses', new CanisterError('request', 'no-grant', 'x'), EXIT.request],
  ['another agent holds the journal', new JournalError('locked', 'x'), EXIT.temporary],
  ['the disk is full, for the journal', new JournalError('not-writable', 'x'), EXIT.temporary],
  ['the journal is none', new JournalError('damaged', 'x'), EXIT.request],
  ['the disk is full, for receipts', new StoreError('unwritable', 'x'), EXIT.temporary],
  ['a receipt is none', new StoreError('malformed', 'x'), EXIT.request],
  ['there is no key', new IdentityFileError('missing', 'x'), EXIT.request],
  [
    'nobody answers',
    new FetchError('x', { kind: 'temporary', leaf: 'network', outcome: 'unknown' }),
    EXIT.temporary,
  ],
  ['the log forks', new LogError('fork', 1, 'x'), EXIT.notProven],
  ['a signature does not hold', new ProofError('signature', 'x'), EXIT.notProven],
  ['the pinned key is none', new ProofError('root-key', 'x'), EXIT.request],
  ['a certificate is too old', new ProofError('too-old', 'x'), EXIT.temporary],
])('%s: one line and a code that a supervisor can act on', async (_, error, exitCode) => {
  const told = await tellingWhy(() => Promise.reject(error)).catch((caught: unknown) => caught);
  expect(told).toBeInstanceOf(CliError);
  expect(told).toMatchObject({ exitCode, message: error.message });
});

test('a defect stays one', async () => {
  const defect = new TypeError('x is not a function');
  await expect(tellingWhy(() => Promise.reject(defect))).rejects.toBe(defect);
});
