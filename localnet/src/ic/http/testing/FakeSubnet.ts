import { createHash } from 'node:crypto';
import type {
  CallStatus,
  CanisterView,
  IngressMessage,
  IngressRecord,
  QueryResult,
  Reject,
} from '../../Subnet.types.ts';
import type { ServedSubnet } from '../ServedSubnet.ts';

/** A record that the fake may move on. */
interface MutableRecord extends IngressRecord {
  status: CallStatus;
  version: number;
}

interface FakeCanister extends CanisterView {
  certifiedData: Uint8Array;
}

/** Canister id `n` in the form the IC gives out: eight bytes, then 01 01. */
export function fakeCanisterId(n: number): Uint8Array {
  const id = new Uint8Array(10);
  new DataView(id.buffer).setBigUint64(0, BigInt(n));
  id.set([1, 1], 8);
  return id;
}

/** A canister id's key in maps. */
const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/**
 * A subnet without Wasm: canister methods are plain functions. `echo` answers its argument, `inc` and `read` are
 * a counter (4 bytes, little-endian), `certify` sets certified data, `certified` answers with the certificate,
 * `fail` rejects, `closed` is refused by inspect, `slow` stays in progress until `finish` is called.
 */
export class FakeSubnet implements ServedSubnet {
  readonly #canisters = new Map<string, FakeCanister>();
  readonly #ingress = new Map<string, MutableRecord>();
  readonly #listeners: (() => void)[] = [];
  readonly #queue: IngressMessage[] = [];
  #certificateOf: (canisterId: Uint8Array) => Uint8Array = () => new Uint8Array(0);
  #timeNs: bigint;
  #version = 0;
  /** Milliseconds added to the machine's clock. */
  clockOffsetMs = 0;
  counter = 0;
  rounds = 0;

  constructor() {
    this.#timeNs = this.#nowNs();
  }

  install(
    id: Uint8Array,
    options: { controllers?: Uint8Array[]; metadata?: CanisterView['metadata'] } = {},
  ): void {
    this.#canisters.set(keyOf(id), {
      id,
      controllers: options.controllers ?? [],
      moduleHash: createHash('sha256').update(id).digest(),
      certifiedData: new Uint8Array(0),
      metadata: options.metadata ?? new Map(),
    });
  }

  uninstall(id: Uint8Array): void {
    this.#canisters.delete(keyOf(id));
  }

  /** Completes a `slow` call. */
  finish(requestId: Uint8Array): void {
    this.#set(this.#ingress.get(keyOf(requestId))!, { status: 'replied', reply: Uint8Array.of(1) });
    this.#endRound();
  }

  /** Forgets completed requests, as the IC does some minutes later. */
  forget(): void {
    this.#ingress.clear();
  }

  timeNs(): bigint {
    return this.#timeNs;
  }

  inspect(message: IngressMessage): { accepted: true } | ({ accepted: false } & Reject) {
    if (message.method !== 'closed') return { accepted: true };
    return { accepted: false, rejectCode: 4, rejectMessage: 'not today', errorCode: 'IC0406' };
  }

  submit(message: IngressMessage): void {
    const { requestId, sender, canisterId } = message;
    const status: CallStatus = { status: 'received' };
    this.#ingress.set(keyOf(requestId), { requestId, sender, canisterId, status, version: this.#version++ });
    this.#queue.push(message);
  }

  query(message: IngressMessage): QueryResult {
    return this.#execute(message, false);
  }

  /** A round only if there is something to do. */
  run(): void {
    if (this.#queue.length > 0) this.tick();
  }

  tick(): void {
    for (const message of this.#queue.splice(0)) {
      const record = this.#ingress.get(keyOf(message.requestId))!;
      this.#set(record, message.method === 'slow' ? { status: 'processing' } : this.#execute(message, true));
    }
    this.#endRound();
  }

  onRound(listener: () => void): void {
    this.#listeners.push(listener);
  }

  setDataCertificateSource(source: (canisterId: Uint8Array) => Uint8Array): void {
    this.#certificateOf = source;
  }

  /** A subnet of plain functions has no use for its id. */
  setSubnetId(): void {}

  canister(id: Uint8Array): CanisterView | undefined {
    return this.#canisters.get(keyOf(id));
  }

  canisters(): Iterable<CanisterView> {
    return [...this.#canisters.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, canister]) => canister);
  }

  ingress(requestId: Uint8Array): IngressRecord | undefined {
    return this.#ingress.get(keyOf(requestId));
  }

  ingressRecords(): Iterable<IngressRecord> {
    return this.#ingress.values();
  }

  #nowNs(): bigint {
    return BigInt(Date.now() + this.clockOffsetMs) * 1_000_000n;
  }

  #endRound(): void {
    this.rounds++;
    const nowNs = this.#nowNs();
    this.#timeNs = nowNs > this.#timeNs ? nowNs : this.#timeNs + 1n;
    for (const listener of this.#listeners) listener();
  }

  #set(record: MutableRecord, status: CallStatus): void {
    record.status = status;
    record.version = this.#version++;
  }

  #execute({ canisterId, method, arg, sender }: IngressMessage, isUpdate: boolean): QueryResult {
    const canister = this.#canisters.get(keyOf(canisterId));
    const isManagement = canisterId.length === 0;
    if (canister === undefined && !isManagement) return reject(3, 'no such canister', 'IC0301');
    switch (method) {
      case 'inc':
        if (isUpdate) this.counter++;
        return reply(Uint8Array.from(Buffer.from(Uint32Array.of(this.counter).buffer)));
      case 'read':
        return reply(Uint8Array.from(Buffer.from(Uint32Array.of(this.counter).buffer)));
      case 'whoami':
        return reply(sender);
      case 'certify':
        canister!.certifiedData = arg;
        return reply(new Uint8Array(0));
      case 'certified':
        return reply(this.#certificateOf(canisterId));
      case 'fail':
        return reject(5, 'it trapped', 'IC0503');
      default:
        return reply(arg);
    }
  }
}

function reply(bytes: Uint8Array): QueryResult {
  return { status: 'replied', reply: bytes };
}

function reject(rejectCode: Reject['rejectCode'], rejectMessage: string, errorCode: string): QueryResult {
  return { status: 'rejected', rejectCode, rejectMessage, errorCode };
}
