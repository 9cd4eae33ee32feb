#!/usr/bin/env node
import { runProgram } from './cli/Program.ts';
import * as alert from './commands/alert.ts';
import * as doctor from './commands/doctor.ts';
import * as enter from './commands/enter.ts';
import * as exportCommand from './commands/export.ts';
import * as flatten from './commands/flatten.ts';
import * as halt from './commands/halt.ts';
import * as init from './commands/init.ts';
import * as pair from './commands/pair.ts';
import * as replay from './commands/replay.ts';
import * as resume from './commands/resume.ts';
import * as run from './commands/run.ts';
import * as status from './commands/status.ts';
import * as venues from './commands/venues.ts';
import * as verify from './commands/verify.ts';

const code = await runProgram(
  [
    init,
    pair,
    doctor,
    run,
    enter,
    status,
    halt,
    flatten,
    resume,
    alert,
    exportCommand,
    replay,
    venues,
    verify,
  ],
  process.argv.slice(2),
);

// Timers and sockets that clients keep must not keep the process; what was written is let out first.
process.exitCode = code;
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
