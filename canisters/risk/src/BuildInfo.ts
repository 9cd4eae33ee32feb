import { ENGINE_VERSION } from '@plimsoll/engine';
import { SCHEMA_VERSION } from './Schema.ts';

/** Baked in by `scripts/build-canister.mjs`; whoever builds with azle alone has none. */
declare const __PLIMSOLL_BUILD__: { readonly commit: string; readonly engine: string } | undefined;

export interface BuildInfo {
  readonly engine_version: number;
  readonly schema_version: number;
  /** Git commit that last changed what the module is built of, `-dirty` where that was not committed; or `unknown`. */
  readonly git_commit: string;
  /** SHA-256 of the engine's sources, hexadecimal; or `unknown`. */
  readonly engine_hash: string;
}

/** What this module computes with, what it was built of, and how it lays out its memory. */
export function buildInfo(): BuildInfo {
  const build = typeof __PLIMSOLL_BUILD__ === 'undefined' ? undefined : __PLIMSOLL_BUILD__;
  return {
    engine_version: ENGINE_VERSION,
    schema_version: SCHEMA_VERSION,
    git_commit: build?.commit ?? 'unknown',
    engine_hash: build?.engine ?? 'unknown',
  };
}
