#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-old-space-size=96 --max-semi-space-size=4 --optimize-for-size
import { buildAgent } from '../build/bundle.mjs';

const { path } = await buildAgent();
await import(path);
