import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto';
import { concat, sha256, utf8 } from './Bytes.ts';
import { blsKeyFromSeed, type BlsKey } from './Bls.ts';

/** The one node of the subnet; it signs query responses. */
export interface NodeKey {
  readonly nodeId: Uint8Array;
  /** 44 bytes, Ed25519. */
  readonly publicKeyDer: Uint8Array;
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** Everything secret of a localnet. The subnet is the root subnet: its key is the root key. */
export interface SubnetKeys {
  readonly root: BlsKey;
  readonly subnetId: Uint8Array;
  readonly node: NodeKey;
}

const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** SHA-224 of the DER key, then 02: how the IC names whoever holds a key. */
export function selfAuthenticatingId(publicKeyDer: Uint8Array): Uint8Array {
  return concat(hash('sha224', publicKeyDer, 'buffer'), Uint8Array.of(2));
}

/** Root key and node key of a seed; the same seed gives the same keys and ids. */
export async function subnetKeysFromSeed(seed: Uint8Array): Promise<SubnetKeys> {
  const root = await blsKeyFromSeed(seed);
  return { root, subnetId: selfAuthenticatingId(root.publicKeyDer), node: nodeKeyFromSeed(seed) };
}

function nodeKeyFromSeed(seed: Uint8Array): NodeKey {
  const privateKey = createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8_PREFIX, sha256(concat(utf8('localnet node key'), seed))]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKeyDer = Uint8Array.from(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
  return {
    nodeId: selfAuthenticatingId(publicKeyDer),
    publicKeyDer,
    sign: (message) => sign(null, message, privateKey),
  };
}
