import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The design's table: what each room may import of ours. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  proof: [],
  'canisters/risk': ['engine'],
  agent: ['engine', 'proof'],
  localnet: [],
};
const PACKAGES: Readonly<Record<string, string>> = {
  '@plimsoll/engine': 'engine',
  '@plimsoll/proof': 'proof',
  '@plimsoll/risk': 'canisters/risk',
  '@plimsoll/agent': 'agent',
  '@plimsoll/localnet': 'localnet',
};

interface Import {
  readonly file: string;
  readonly specifier: string;
}

/** Shipped source: what lies under a room's `src`, tests and what only tests use left out. */
function sources(room: string): string[] {
  return readdirSync(join(ROOT, room, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .filter((entry) => !/\.(test|prop|bench)\.ts$|\.d\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/testing\//.test(file));
}

function imports(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)\s*import\s*'([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    specifier: match[1] ?? match[2] ?? match[3] ?? '',
  }));
}

function roomOf({ file, specifier }: Import): string | undefined {
  const named = Object.keys(PACKAGES).find((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (named !== undefined) return PACKAGES[named];
  if (!specifier.startsWith('.')) return undefined;
  const target = relative(ROOT, resolve(dirname(file), specifier));
  return Object.keys(ROOMS).find((room) => target.startsWith(`${room}/`)) ?? `outside every room: ${target}`;
}

test.each(Object.keys(ROOMS))('%s imports only the rooms that the design allows', (room) => {
  const files = sources(room);
  expect(files.length).toBeGreaterThan(0);
  const strays = files
    .flatMap(imports)
    .map((one) => ({ ...one, room: roomOf(one) }))
    .filter((one) => one.room !== undefined && one.room !== room && !ROOMS[room]!.includes(one.room))
    .map((one) => `${relative(ROOT, one.file)} imports ${one.specifier}`);
  expect(strays).toEqual([]);
});

test('the engine imports nothing: no package, no module of Node', () => {
  const strays = sources('engine')
    .flatMap(imports)
    .filter(({ specifier }) => !specifier.startsWith('.'))
    .map(({ file, specifier }) => `${relative(ROOT, file)} imports ${specifier}`);
  expect(strays).toEqual([]);
});

test('proof runs in a browser: it imports no module of Node', () => {
  const strays = sources('proof')
    .flatMap(imports)
    .filter(({ specifier }) => specifier.startsWith('node:') || builtinModules.includes(specifier))
    .map(({ file, specifier }) => `${relative(ROOT, file)} imports ${specifier}`);
  expect(strays).toEqual([]);
});
