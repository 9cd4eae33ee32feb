#!/usr/bin/env node
import { runProgram } from './cli/Program.ts';
import * as alert from './commands/alert.ts';
import * as exportCommand from './commands/export.ts';
import * as replay from './commands/replay.ts';
import * as venues from './commands/venues.ts';
import * as verify from './commands/verify.ts';

process.exitCode = await runProgram([alert, exportCommand, replay, venues, verify], process.argv.slice(2));
