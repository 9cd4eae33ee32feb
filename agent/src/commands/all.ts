import type { CommandModule } from '../cli/Program.ts';
import * as alert from './alert.ts';
import * as confirm from './confirm.ts';
import * as doctor from './doctor.ts';
import * as enter from './enter.ts';
import * as exportCommand from './export.ts';
import * as flatten from './flatten.ts';
import * as halt from './halt.ts';
import * as init from './init.ts';
import * as pair from './pair.ts';
import * as replay from './replay.ts';
import * as resume from './resume.ts';
import * as run from './run.ts';
import * as status from './status.ts';
import * as venues from './venues.ts';
import * as verify from './verify.ts';

/** Every command, in the order in which help lists them: as one comes to need them. */
export const COMMANDS: readonly CommandModule[] = [
  init,
  pair,
  doctor,
  run,
  enter,
  status,
  halt,
  flatten,
  resume,
  confirm,
  alert,
  exportCommand,
  replay,
  venues,
  verify,
];
