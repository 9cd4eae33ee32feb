import { encodeWithSelfDescribedTag } from '@dfinity/cbor';
import type { Subnet } from '../Subnet.types.ts';
import { concat, domainSeparator, utf8 } from './Bytes.ts';
import { hashOf, treeToCbor, type HashTree } from './HashTree.ts';
import { StateTree } from './StateTree.ts';
import type { SubnetKeys } from './SubnetKeys.ts';
import { prune, type Path } from './Witness.ts';

const IC_STATE_ROOT = domainSeparator('ic-state-root');
const TIME: Path = [utf8('time')];
const CANISTER = utf8('canister');
const CERTIFIED_DATA = utf8('certified_data');

/** Signs the state after each round, once, and only if somebody asks. */
export class Certifier {
  readonly #state: StateTree;
  readonly #keys: SubnetKeys;
  #signed: { readonly tree: HashTree; readonly signature: Uint8Array } | undefined;

  constructor(subnet: Subnet, keys: SubnetKeys) {
    this.#state = new StateTree(subnet, keys);
    this.#keys = keys;
  }

  /** The state has moved on: the next certificate is of the new one. */
  roundEnded(): void {
    this.#signed = undefined;
  }

  /**
   * A certificate as self-described CBOR `{tree, signature}`: the time, and presence or absence of each path. It
   * carries no delegation, since the subnet holds the root key.
   */
  certificate(paths: readonly Path[]): Uint8Array {
    const { tree, signature } = (this.#signed ??= this.#sign());
    return encodeWithSelfDescribedTag({ tree: treeToCbor(prune(tree, [TIME, ...paths])), signature });
  }

  /** What `ic0.data_certificate_copy` hands to a canister's queries. */
  dataCertificate(canisterId: Uint8Array): Uint8Array {
    return this.certificate([[CANISTER, canisterId, CERTIFIED_DATA]]);
  }

  #sign(): { readonly tree: HashTree; readonly signature: Uint8Array } {
    const tree = this.#state.current();
    return { tree, signature: this.#keys.root.sign(concat(IC_STATE_ROOT, hashOf(tree))) };
  }
}
