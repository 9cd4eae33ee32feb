import { ADAPTERS } from './Adapters.ts';
import { createCheck, type Check } from './Check.ts';
import { watched, type Watched } from './Reading.ts';
import type { Load } from './Vector.ts';

/** Compares one vector file with the engine. A number that it states and that its adapter never reads is a failure too. */
export function compareFile(name: string, load: Load): Check {
  const adapter = ADAPTERS[name];
  if (adapter === undefined) throw new Error('no comparison is written for it');
  const check = createCheck(adapter.tolerance);
  let own: Watched | undefined;
  adapter.run(check, <T>(file: string): T => {
    if (file !== name) return load<T>(file);
    own ??= watched(load(file));
    return own.content as T;
  });
  for (const place of own?.unread() ?? []) check.failures.push(`${place}: stated, but nothing compares it`);
  return check;
}
