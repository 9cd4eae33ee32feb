export interface CanisterBuild {
  /** The module with its Candid interface as public metadata. */
  readonly wasmPath: string;
  /** The same, gzipped: what is deployed. Equal inputs give equal bytes. */
  readonly gzPath: string;
  /** Hex SHA-256 of the gzipped module: the module hash that the IC shows. */
  readonly sha256: string;
  /** The git commit that last changed what it is made of; `-dirty` behind it where that is not committed, or `unknown`. */
  readonly commit: string;
  /** False when nothing had changed since the last build. */
  readonly built: boolean;
}

/** The canister that is deployed, the same with little room in its heap, and the one that counts the engine's instructions. */
export type CanisterName = 'risk' | 'meter' | 'meter-profile';

/** Builds a canister (the one that is deployed, unless named) into `.azle/<name>`, unless nothing it is made of has changed. */
export function buildCanister(name?: CanisterName): Promise<CanisterBuild>;
