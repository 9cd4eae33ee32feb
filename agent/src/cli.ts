#!/usr/bin/env node
import { runProgram } from './cli/Program.ts';
import { COMMANDS } from './commands/all.ts';

const code = await runProgram(COMMANDS, process.argv.slice(2));

// Timers and sockets that clients keep must not keep the process; what was written is let out first.
process.exitCode = code;
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
