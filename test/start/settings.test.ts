// The README's table of settings is that of the processes: every variable, its default, and who reads it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readSettings as readApiSettings } from '../../apps/api/src/settings.js';
import { readConnection } from '../../apps/cli/src/connection.js';
import { parseSettings as readFleetSettings } from '../../apps/fleet/src/settings.js';
import { readSettings as readWorkerSettings } from '../../apps/worker/src/settings.js';
import { SETTINGS } from './readme.js';

type Environment = Record<string, string>;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const { readDemoSettings }: { readDemoSettings: (env: Environment, root: string) => object } = await import(
  new URL('../../scripts/demoSettings.mjs', import.meta.url).href
);

const KEYS = JSON.stringify([{ name: 'k', sha256: '0'.repeat(64), scopes: ['plans:read'] }]);

interface Reader {
  file: string;
  read: (env: Environment) => object;
  /** What it cannot do without. */
  required: Environment;
  /** How a variable stands in its source. */
  variables: RegExp;
}

const READERS: Record<string, Reader> = {
  'npm start': {
    file: 'scripts/demoSettings.mjs',
    read: (env) => readDemoSettings(env, ROOT),
    required: { GRADUS_DEMO_TOKEN: 't' },
    variables: /env(?:\[|, )'([A-Z_]+)'/g,
  },
  api: {
    file: 'apps/api/src/settings.ts',
    read: readApiSettings,
    required: { REDIS_URL: 'redis://127.0.0.1', GRADUS_API_KEYS: KEYS },
    variables: /^ +([A-Z_]+): /gm,
  },
  worker: {
    file: 'apps/worker/src/settings.ts',
    read: readWorkerSettings,
    required: { REDIS_URL: 'redis://127.0.0.1' },
    variables: /^ +([A-Z_]+): /gm,
  },
  fleet: {
    file: 'apps/fleet/src/settings.ts',
    read: readFleetSettings,
    required: { GRADUS_TOKEN: 't' },
    variables: /^ +([A-Z_]+): /gm,
  },
  gradus: {
    file: 'apps/cli/src/connection.ts',
    read: (env) => readConnection({}, env),
    required: { GRADUS_TOKEN: 't' },
    variables: /env\['([A-Z_]+)'\]/g,
  },
};

test.each(Object.keys(READERS))('the table has the variables that %s reads, and no others', (reader) => {
  const { file, variables } = readerOf(reader);
  const source = readFileSync(join(ROOT, file), 'utf8');
  const read = [...source.matchAll(variables)].map(([, variable]) => variable);
  expect(read.length).toBeGreaterThan(1);
  const documented = SETTINGS.filter(({ readBy }) => readBy.includes(reader));
  expect(documented.map(({ variable }) => variable).sort()).toEqual([...new Set(read)].sort());
});

test('nobody else reads the environment of Gradus', () => {
  const known = Object.values(READERS).map(({ file }) => file);
  const strays = ['apps', 'packages', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file}`)
      .filter((file) => /\.(ts|mjs)$/.test(file) && !/(^|\/)(node_modules|dist)\/|\.test\./.test(file))
      .filter((file) => !known.includes(file))
      .filter((file) => /env(\.|\[')(GRADUS_|REDIS_)/.test(readFileSync(join(ROOT, file), 'utf8'))),
  );
  expect(strays).toEqual([]);
});

const CASES = SETTINGS.flatMap(({ readBy, ...row }) => readBy.map((reader) => ({ ...row, reader })));
const DEFAULTS = CASES.filter(({ defaultValue }) => defaultValue !== null);
const REQUIRED = CASES.filter(({ isRequired, reader }) => isRequired && reader !== 'npm start');

test('most rows have a default that can be compared', () => {
  expect(DEFAULTS.length).toBeGreaterThan(15);
  expect(REQUIRED.length).toBeGreaterThan(3);
});

test.each(DEFAULTS)('$variable is $defaultValue where $reader is not told otherwise', (row) => {
  const { read, required } = readerOf(row.reader);
  const told = read({ ...required, [row.variable]: row.defaultValue ?? '' });
  expect(JSON.stringify(told)).toBe(JSON.stringify(read(required)));
});

test.each(REQUIRED)('without $variable, $reader does not start', ({ variable, reader }) => {
  const { read, required } = readerOf(reader);
  const { [variable]: _, ...rest } = required;
  expect(() => read(rest)).toThrow(variable);
});

function readerOf(name: string): Reader {
  const reader = READERS[name];
  if (reader === undefined) throw new RangeError(`the table names ${name}, which reads no settings`);
  return reader;
}
