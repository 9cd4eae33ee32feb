import { idIn, type RecordType } from '@plimsoll/engine';

/** The update methods of the canister, all of them `(blob) -> (blob)`. */
export const METHODS = [
  'register',
  'set_limits',
  'grant',
  'revoke',
  'load_history',
  'observe',
  'intent',
] as const;
export type Method = (typeof METHODS)[number];

interface MethodFacts {
  /** Type of the record that the method appends. */
  readonly recordType: RecordType;
  /** Whether an answer carries a decision. */
  readonly decides: boolean;
  /** Whether the frame carries a 16-byte id, by which the canister recognises a call it has already answered. */
  readonly hasId: boolean;
  /** Whether an answer may leave the log as it is. */
  readonly mayTick: boolean;
}

const FACTS: Readonly<Record<Method, MethodFacts>> = {
  register: { recordType: 'register', decides: false, hasId: false, mayTick: false },
  set_limits: { recordType: 'limits', decides: false, hasId: false, mayTick: false },
  grant: { recordType: 'grant', decides: false, hasId: false, mayTick: false },
  revoke: { recordType: 'revoke', decides: false, hasId: false, mayTick: false },
  load_history: { recordType: 'history', decides: false, hasId: true, mayTick: false },
  observe: { recordType: 'observation', decides: true, hasId: true, mayTick: true },
  intent: { recordType: 'intent', decides: true, hasId: true, mayTick: false },
};

export function factsOf(method: Method): MethodFacts {
  return FACTS[method];
}

export function isMethod(name: string): name is Method {
  return METHODS.some((method) => method === name);
}

/** The id in a frame, or null for a method whose frames have none. */
export function idOf(method: Method, frame: Uint8Array): Uint8Array | null {
  return factsOf(method).hasId ? idIn(frame) : null;
}
