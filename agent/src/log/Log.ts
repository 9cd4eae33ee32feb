import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config/Config.ts';

export type Log = Logger;

/** Structured lines for a machine or a file: one JSON object a line, times in ISO 8601. */
export function openLog(config: Pick<Config, 'log'>, destination: DestinationStream): Log {
  return pino(
    {
      level: config.log.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
