import { ENGINE_VERSION } from '@plimsoll/engine';
import { SCHEMA_VERSION } from './Schema.ts';

/** What this module computes with, and how it lays out its memory. */
export function buildInfo(): { engine_version: number; schema_version: number } {
  return { engine_version: ENGINE_VERSION, schema_version: SCHEMA_VERSION };
}
