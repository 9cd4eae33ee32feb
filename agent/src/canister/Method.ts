import { idOfEntry, KEEPER_METHODS, type KeeperMethod, type RecordType } from '@plimsoll/engine';

/** The update methods of the canister that answer with a record of the owner's log, all of them `(blob) -> (blob)`. */
export type Method = 'register' | KeeperMethod | 'load_history' | 'observe' | 'intent' | 'checkpoint';

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

function factsOfType(recordType: RecordType, decides = false, mayTick = false): MethodFacts {
  return { recordType, decides, mayTick, hasId: idOfEntry(recordType, new Uint8Array(0)) !== null };
}

const KEEPER_FACTS = Object.fromEntries(
  Object.entries(KEEPER_METHODS).map(([method, { type }]) => [method, factsOfType(type)]),
) as Record<KeeperMethod, MethodFacts>;

const FACTS: Readonly<Record<Method, MethodFacts>> = {
  register: factsOfType('register'),
  ...KEEPER_FACTS,
  load_history: factsOfType('history'),
  observe: factsOfType('observation', true, true),
  intent: factsOfType('intent', true),
  // A checkpoint that the canister makes by itself answers no frame and has no id; this one has.
  checkpoint: { ...factsOfType('checkpoint'), hasId: true },
};

export const METHODS = Object.keys(FACTS) as readonly Method[];

export function factsOf(method: Method): MethodFacts {
  return FACTS[method];
}

export function isMethod(name: string): name is Method {
  return METHODS.some((method) => method === name);
}

/** The id in a frame, or null for a method whose frames have none. */
export function idOf(method: Method, frame: Uint8Array): Uint8Array | null {
  return idOfEntry(factsOf(method).recordType, frame);
}
