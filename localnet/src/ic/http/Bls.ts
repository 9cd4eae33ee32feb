import { createRequire } from 'node:module';
import { hash } from 'node:crypto';
import { bls12_381 } from '@noble/curves/bls12-381';
import type * as Mcl from 'mcl-wasm';
import { concat, equalBytes, utf8 } from './Bytes.ts';

/** A BLS12-381 key that signs as the IC's subnets do: signatures in G1 (48 bytes), public keys in G2 (96 bytes). */
export interface BlsKey {
  /** 133 bytes, the form clients call a root key. */
  readonly publicKeyDer: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** mcl answers differently from the reference implementation; nothing it signs would verify. */
export class BlsSelfCheckError extends Error {
  constructor() {
    super(
      'mcl-wasm and @noble/curves disagree on a BLS signature: reinstall the versions in package-lock.json',
    );
    this.name = 'BlsSelfCheckError';
  }
}

const DER_PREFIX = Buffer.from(
  '308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100',
  'hex',
);
const DST = utf8('BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_');

/** The parts of the compiled module that the package's typed surface leaves out. */
interface RawMcl {
  readonly mod: {
    readonly HEAP8: Int8Array;
    _malloc(bytes: number): number;
    _free(pointer: number): void;
    _mclBnG1_setDst(pointer: number, length: number): number;
  };
}

let loading: Promise<typeof Mcl> | undefined;

/** mcl keeps curve and domain in process-wide state, so it is set up once. */
function loadMcl(): Promise<typeof Mcl> {
  return (loading ??= setUpMcl());
}

async function setUpMcl(): Promise<typeof Mcl> {
  const require = createRequire(import.meta.url);
  const mcl = require('mcl-wasm') as typeof Mcl;
  await mcl.init(mcl.BLS12_381);
  mcl.setETHserialization(true);
  mcl.setMapToMode(mcl.IRTF);
  const { mod } = require('mcl-wasm/dist/mcl.js') as RawMcl;
  const pointer = mod._malloc(DST.length);
  mod.HEAP8.set(DST, pointer);
  const status = mod._mclBnG1_setDst(pointer, DST.length);
  mod._free(pointer);
  if (status !== 0) throw new BlsSelfCheckError();
  return mcl;
}

/**
 * The key that belongs to a seed: the same seed gives the same root key for ever. mcl signs (about a millisecond,
 * against eight for noble); one signature is compared with noble's before the key is handed out.
 *
 * @throws BlsSelfCheckError if the two libraries differ
 */
export async function blsKeyFromSeed(seed: Uint8Array): Promise<BlsKey> {
  const mcl = await loadMcl();
  // 64 bytes reduced to a 255-bit field: the bias is below 2^-256.
  const wide = BigInt(`0x${hash('sha512', concat(utf8('localnet root key'), seed), 'hex')}`);
  const secret = (wide % (bls12_381.fields.Fr.ORDER - 1n)) + 1n;
  const secretBytes = bls12_381.fields.Fr.toBytes(secret);
  const { shortSignatures } = bls12_381;
  const publicKey = shortSignatures.getPublicKey(secretBytes).toBytes(true);
  const scalar = new mcl.Fr();
  scalar.setBigEndianMod(secretBytes);
  const sign = (message: Uint8Array): Uint8Array => {
    const signature = mcl.mul(mcl.hashAndMapToG1(message), scalar);
    signature.normalize();
    return signature.serialize();
  };
  const probe = utf8('localnet self-check');
  const expected = shortSignatures.sign(shortSignatures.hash(probe), secretBytes).toBytes(true);
  if (!equalBytes(sign(probe), expected)) throw new BlsSelfCheckError();
  return { publicKeyDer: concat(DER_PREFIX, publicKey), sign };
}
