import { keyOf } from './Bytes.ts';
import { MAX_INGRESS_TTL_NS, PERMITTED_DRIFT_NS } from './IngressWindow.ts';
import type { CallStatus, IngressMessage, IngressRecord } from './Subnet.types.ts';

/** How long a finished request is remembered: until none that is the same could still be let in. */
const REMEMBERED_NS = MAX_INGRESS_TTL_NS + PERMITTED_DRIFT_NS;

/** The status of every request, from its arrival until five and a half minutes after its end. */
export class IngressHistory {
  readonly #records = new Map<string, IngressRecord>();
  /** Finished requests in order of their end. */
  readonly #finished: { readonly key: string; readonly atNs: bigint }[] = [];
  #version = 0;

  get(requestId: Uint8Array): IngressRecord | undefined {
    return this.#records.get(keyOf(requestId));
  }

  all(): Iterable<IngressRecord> {
    return this.#records.values();
  }

  /** Remembers a request; false when its id is known already. */
  add({ requestId, sender, canisterId }: IngressMessage): boolean {
    const key = keyOf(requestId);
    if (this.#records.has(key)) return false;
    const status: CallStatus = { status: 'received' };
    this.#records.set(key, { requestId, sender, canisterId, status, version: ++this.#version });
    return true;
  }

  setStatus(requestId: Uint8Array, status: CallStatus, timeNs: bigint): void {
    const key = keyOf(requestId);
    const record = this.#records.get(key);
    if (record === undefined) return;
    this.#records.set(key, { ...record, status, version: ++this.#version });
    if (status.status === 'replied' || status.status === 'rejected') {
      this.#finished.push({ key, atNs: timeNs });
    }
  }

  /** Everything remembered, to be put away and given to `restore`. */
  image() {
    return { records: [...this.#records.values()], finished: [...this.#finished], version: this.#version };
  }

  /** Remembers what another history remembered. */
  restore({ records, finished, version }: ReturnType<IngressHistory['image']>): void {
    for (const record of records) this.#records.set(keyOf(record.requestId), record);
    this.#finished.push(...finished);
    this.#version = version;
  }

  /** Forgets what ended so long before `timeNs`. */
  prune(timeNs: bigint): void {
    let expired = 0;
    for (const { key, atNs } of this.#finished) {
      if (atNs + REMEMBERED_NS > timeNs) break;
      this.#records.delete(key);
      expired++;
    }
    this.#finished.splice(0, expired);
  }
}
