import { EngineError } from '@plimsoll/engine';
import { decodeRecordArgument, fieldHash, type Fields, type Value } from './CandidRecord.ts';
import { REGISTRATIONS, type Registration } from './Policy.ts';

/** What of the policy is to change, and which invites come and go. */
export interface PolicyChange {
  readonly registration: Registration | undefined;
  readonly addInvites: readonly Uint8Array[];
  readonly removeInvites: readonly Uint8Array[];
  readonly ownerUpdatesPerDay: number | undefined;
  readonly ownerInstructionsPerDay: number | undefined;
  readonly instructionsPerDay: number | undefined;
  readonly retentionDays: number | undefined;
}

/** @throws EngineError `request/candid` for any other argument */
export function decodePolicyChange(message: Uint8Array): PolicyChange {
  const fields = decodeRecordArgument(message);
  return {
    registration: registrationIn(fields),
    addInvites: blobsIn(fields, 'add_invites'),
    removeInvites: blobsIn(fields, 'remove_invites'),
    ownerUpdatesPerDay: numberIn(fields, 'owner_updates_per_day', 8),
    ownerInstructionsPerDay: numberIn(fields, 'owner_instructions_per_day', 8),
    instructionsPerDay: numberIn(fields, 'instructions_per_day', 8),
    retentionDays: numberIn(fields, 'retention_days', 2),
  };
}

function registrationIn(fields: Fields): Registration | undefined {
  const value = valueIn(fields, 'registration');
  if (value === null) return undefined;
  const kind = REGISTRATIONS.find((name) => value instanceof Map && value.has(fieldHash(name)));
  if (kind === undefined) throw malformed('registration', REGISTRATIONS.join(', '));
  return kind;
}

function blobsIn(fields: Fields, name: string): readonly Uint8Array[] {
  const value = valueIn(fields, name);
  if (!isList(value)) throw malformed(name, 'a vector of blobs');
  return value.map((blob) => {
    if (!(blob instanceof Uint8Array)) throw malformed(name, 'a vector of blobs');
    return blob;
  });
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** A natural number of so many bytes. */
function numberIn(fields: Fields, name: string, length: number): number | undefined {
  const value = valueIn(fields, name);
  if (value === null) return undefined;
  if (!(value instanceof Uint8Array) || value.length !== length) {
    throw malformed(name, `null or nat${String(8 * length)}`);
  }
  return value.reduceRight((number, byte) => 256 * number + byte, 0);
}

function valueIn(fields: Fields, name: string): Value {
  return fields.get(fieldHash(name)) ?? null;
}

function malformed(name: string, expected: string): EngineError {
  return new EngineError('request', 'candid', name, expected, 'something else');
}
