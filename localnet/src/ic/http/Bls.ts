import { createRequire } from 'node:module';
import { hash } from 'node:crypto';
import type * as Mcl from 'mcl-wasm';
import { concat, utf8 } from './Bytes.ts';

/** A BLS12-381 key that signs as the IC's subnets do: signatures in G1 (48 bytes), public keys in G2 (96 bytes). */
export interface BlsKey {
  /** 133 bytes, the form clients call a root key. */
  readonly publicKeyDer: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** mcl answers otherwise than the standard demands; nothing it signs would verify. */
export class BlsSelfCheckError extends Error {
  constructor() {
    super(
      'mcl-wasm gives another BLS signature than the expected one: reinstall the version in package-lock.json',
    );
    this.name = 'BlsSelfCheckError';
  }
}

const DER_PREFIX = Buffer.from(
  '308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100',
  'hex',
);
const DST = utf8('BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_');

/** Order of the groups: secrets are below it. */
const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
const SCALAR_BYTES = 32;
/** The generator of G2 that the standard names, compressed. */
const GENERATOR_G2 = Buffer.from(
  '93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
    '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8',
  'hex',
);
/** A message, and its signature by the secret 1 as the standard has it; the test beside this file computes it anew. */
export const PROBE = {
  message: utf8('localnet self-check'),
  signature:
    'b586f07b7f33fa289cef984dbae0bc6763190f8f154394fbb79c15aa5de32b808976771ca9222aef3e1099c3f58eb229',
} as const;

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
 * The key that belongs to a seed: the same seed gives the same root key for ever. One known signature is checked before
 * the key is handed out, since mcl's settings are global and easily wrong.
 *
 * @throws BlsSelfCheckError if mcl does not sign as the IC does
 */
export async function blsKeyFromSeed(seed: Uint8Array): Promise<BlsKey> {
  const mcl = await loadMcl();
  if (Buffer.from(signer(mcl, 1n)(PROBE.message)).toString('hex') !== PROBE.signature) {
    throw new BlsSelfCheckError();
  }
  // 64 bytes reduced to a 255-bit field: the bias is below 2^-256.
  const wide = BigInt(`0x${hash('sha512', concat(utf8('localnet root key'), seed), 'hex')}`);
  const secret = (wide % (ORDER - 1n)) + 1n;
  const generator = new mcl.G2();
  generator.deserialize(GENERATOR_G2);
  const publicKey = mcl.mul(generator, scalar(mcl, secret));
  publicKey.normalize();
  return { publicKeyDer: concat(DER_PREFIX, publicKey.serialize()), sign: signer(mcl, secret) };
}

function signer(mcl: typeof Mcl, secret: bigint): BlsKey['sign'] {
  const factor = scalar(mcl, secret);
  return (message) => {
    const signature = mcl.mul(mcl.hashAndMapToG1(message), factor);
    signature.normalize();
    return signature.serialize();
  };
}

function scalar(mcl: typeof Mcl, value: bigint): Mcl.Fr {
  const result = new mcl.Fr();
  result.setBigEndianMod(Buffer.from(value.toString(16).padStart(2 * SCALAR_BYTES, '0'), 'hex'));
  return result;
}
