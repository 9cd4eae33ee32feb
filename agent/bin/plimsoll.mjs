#!/usr/bin/env node
import { register } from 'tsx/esm/api';

// The sources are TypeScript; nothing is built beforehand, so nothing can be stale.
register();
await import('../src/cli.ts');
