#!/usr/bin/env node
import { buildAgent } from '../build/bundle.mjs';

const { path } = await buildAgent();
await import(path);
