#!/usr/bin/env -S node --max-old-space-size=96
import { buildAgent } from '../build/bundle.mjs';

const { path } = await buildAgent();
await import(path);
