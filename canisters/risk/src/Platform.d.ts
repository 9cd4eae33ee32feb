import type { IDL } from '@dfinity/candid';
import type { Principal } from '@dfinity/principal';

export { IDL } from '@dfinity/candid';
export { Principal } from '@dfinity/principal';

export type Type = IDL.Type;

/** A method decorator that leaves the method's own type alone. */
type MethodDecorator = <This, Args extends unknown[], Return>(
  method: (this: This, ...args: Args) => Return,
  context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Return>,
) => void;

/** `manual`: the method reads its argument with `msgArgData` and answers with `msgReply`, both raw Candid. */
export interface MethodOptions {
  readonly manual?: boolean;
}

export function update(params: Type[], result?: Type, options?: MethodOptions): MethodDecorator;
export function query(params: Type[], result?: Type, options?: MethodOptions): MethodDecorator;
export function inspectMessage(options: MethodOptions): MethodDecorator;

export function init(params: Type[], options?: MethodOptions): MethodDecorator;
export function postUpgrade(params: Type[], options?: MethodOptions): MethodDecorator;

export function msgArgData(): Uint8Array;
export function msgReply(bytes: Uint8Array): void;
export function msgCallerBytes(): Uint8Array;
export function msgMethodName(): string;
/** Whether all nodes execute this: false in a query, unless an update calls it. */
export function inReplicatedExecution(): boolean;
export function isController(principal: Principal): boolean;
/** IC time, nanoseconds since the epoch. */
export function time(): bigint;
/** Ends the message and undoes all of its changes, heap included. */
export function trap(message: string): never;

/** At most 32 bytes, which the network certifies until they are set anew; lost with an upgrade. */
export function certifiedDataSet(data: Uint8Array): void;
/** The network's certificate over the certified data; only in a query. */
export function dataCertificate(): Uint8Array | undefined;
export function canisterCycleBalance(): bigint;
/** Instructions: of this message so far (0), or of its call context (1). */
export function performanceCounter(type: 0 | 1): bigint;
/** Lost with an upgrade. */
export function setTimer(delaySeconds: number, callback: () => void): bigint;

/** This canister's status as the management canister tells it, Candid; no callback where it does not. */
export function askOwnStatus(onReply: (reply: Uint8Array) => void): void;

export function isOnTheNetwork(): boolean;

export interface Serializable<T> {
  readonly toBytes: (value: T) => Uint8Array;
  readonly fromBytes: (bytes: Uint8Array) => T;
}

/** A sorted map in stable memory: it survives upgrades. */
export class StableBTreeMap<Key, Value> {
  constructor(memoryId: number, keys: Serializable<Key>, values: Serializable<Value>);
  containsKey(key: Key): boolean;
  get(key: Key): Value | undefined;
  insert(key: Key, value: Value): Value | undefined;
  remove(key: Key): Value | undefined;
  len(): number;
  /** Keys in order, from the one at this place on. */
  keys(startIndex?: number, length?: number): Key[];
}
