import { encodeWithSelfDescribedTag } from '@dfinity/cbor';
import type { CanisterView, IngressRecord, Subnet } from '../Subnet.types.ts';
import { concat, leb128, utf8 } from './Bytes.ts';
import { ChangeTracker } from './ChangeTracker.ts';
import { EMPTY, type HashTree } from './HashTree.ts';
import { insert, remove, treeOf } from './LabelMap.ts';
import type { SubnetKeys } from './SubnetKeys.ts';

/** From the empty id (the management canister) to above every canister id: one subnet holds them all. */
const FIRST_ID = new Uint8Array(0);
const LAST_ID = new Uint8Array(10).fill(0xff);

/**
 * The system state tree of the IC interface specification, kept up to date with a subnet. An update rebuilds only
 * the canisters and request statuses that changed.
 */
export class StateTree {
  readonly #subnet: Subnet;
  readonly #fixed: readonly (readonly [string, HashTree])[];
  readonly #canisters = new ChangeTracker();
  readonly #requests = new ChangeTracker();
  #canisterMap: HashTree = EMPTY;
  #requestMap: HashTree = EMPTY;

  constructor(subnet: Subnet, keys: SubnetKeys) {
    this.#subnet = subnet;
    this.#fixed = fixedParts(keys);
  }

  /** The tree of this moment. */
  current(): HashTree {
    this.#canisters.begin();
    for (const canister of this.#subnet.canisters()) {
      if (this.#canisters.note(canister.id, canisterStamp(canister))) {
        this.#canisterMap = insert(this.#canisterMap, canister.id, canisterTree(canister));
      }
    }
    for (const id of this.#canisters.vanished()) this.#canisterMap = remove(this.#canisterMap, id);
    this.#requests.begin();
    for (const record of this.#subnet.ingressRecords()) {
      if (this.#requests.note(record.requestId, record.version)) {
        this.#requestMap = insert(this.#requestMap, record.requestId, requestTree(record));
      }
    }
    for (const id of this.#requests.vanished()) this.#requestMap = remove(this.#requestMap, id);
    return treeOf([
      ...this.#fixed,
      ['time', leb128(this.#subnet.timeNs())],
      ['canister', this.#canisterMap],
      ['request_status', this.#requestMap],
    ]);
  }
}

/** What may change of a canister; its metadata is part of the module. Lengths keep the parts apart. */
function canisterStamp({ controllers, moduleHash, certifiedData }: CanisterView): Uint8Array {
  const parts = [moduleHash ?? new Uint8Array(0), certifiedData, ...controllers];
  return concat(...parts.flatMap((part) => [Uint8Array.of(part.length), part]));
}

function canisterTree(canister: CanisterView): HashTree {
  const entries: [string, Uint8Array | HashTree][] = [
    ['certified_data', Uint8Array.from(canister.certifiedData)],
    ['controllers', encodeWithSelfDescribedTag([...canister.controllers])],
  ];
  if (canister.moduleHash !== undefined) entries.push(['module_hash', Uint8Array.from(canister.moduleHash)]);
  const sections = [...canister.metadata].map(([name, { content }]) => [name, content] as const);
  if (sections.length > 0) entries.push(['metadata', treeOf(sections)]);
  return treeOf(entries);
}

function requestTree({ status }: IngressRecord): HashTree {
  const entries: [string, Uint8Array][] = [['status', utf8(status.status)]];
  if (status.status === 'replied') entries.push(['reply', status.reply]);
  if (status.status === 'rejected') {
    entries.push(
      ['reject_code', leb128(BigInt(status.rejectCode))],
      ['reject_message', utf8(status.rejectMessage)],
      ['error_code', utf8(status.errorCode)],
    );
  }
  return treeOf(entries);
}

function fixedParts({ root, subnetId, node }: SubnetKeys): [string, HashTree][] {
  const ranges = encodeWithSelfDescribedTag([[FIRST_ID, LAST_ID]]);
  const nodes = treeOf([[node.nodeId, treeOf([['public_key', node.publicKeyDer]])]]);
  const subnet = treeOf([
    ['public_key', root.publicKeyDer],
    ['canister_ranges', ranges],
    ['type', utf8('system')],
    ['node', nodes],
  ]);
  return [
    ['subnet', treeOf([[subnetId, subnet]])],
    ['canister_ranges', treeOf([[subnetId, treeOf([[FIRST_ID, ranges]])]])],
  ];
}
