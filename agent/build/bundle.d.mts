import type { BuildOptions } from 'esbuild';

/** How esbuild makes one file of TypeScript for Node; packages stay where they are installed. */
export const AS_A_PROGRAM: BuildOptions;

/** Builds the agent unless nothing it is made of has changed. `path` is a file URL to import. */
export function buildAgent(): Promise<{ readonly path: string; readonly built: boolean }>;
