import { readFileSync } from 'node:fs';

/** How the command is started: what its own first line says, which the unit and the container say too. */
export interface Start {
  readonly environment: Readonly<Record<string, string>>;
  /** Options of Node. */
  readonly options: readonly string[];
}

/** @param path a file that begins with `#!/usr/bin/env -S NAME=value node --option`. @throws RangeError */
export function firstLine(path: string): Start {
  const [line = ''] = readFileSync(path, 'utf8').split('\n', 1);
  const words = /^#!\/usr\/bin\/env -S (.+)$/.exec(line)?.[1]?.split(' ') ?? [];
  const at = words.indexOf('node');
  if (at < 0) throw new RangeError(`expected a first line that starts node in ${path}, got "${line}"`);
  const environment = Object.fromEntries(words.slice(0, at).map((word) => word.split('=', 2))) as Record<
    string,
    string
  >;
  return { environment, options: words.slice(at + 1) };
}
