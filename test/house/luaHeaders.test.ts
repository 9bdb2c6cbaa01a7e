// Every Lua script says what it takes and what it answers, and is known by its name.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const LUA = fileURLToPath(new URL('../../packages/store/lua', import.meta.url));
const LOADER = readFileSync(
  fileURLToPath(new URL('../../packages/store/src/scripts.ts', import.meta.url)),
  'utf8',
);

const scripts = readdirSync(LUA, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.lua'),
);

function headerOf(file: string): string {
  const lines = readFileSync(join(LUA, file), 'utf8').split('\n');
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('--')),
    )
    .join('\n');
}

it('there are scripts to look at', () => {
  expect(scripts.length).toBeGreaterThan(20);
});

describe.each(scripts)('%s', (file) => {
  it('begins with what it is, its arguments and its output', () => {
    const header = headerOf(file);
    expect(header).toMatch(/^-- \S/);
    if (file.includes('shared')) expect(header).toMatch(/^-- KEYS:/m);
    else {
      expect(header).toMatch(/^-- (Input:|ARGV:)/m);
      expect(header).toMatch(/^-- Output:/m);
    }
  });

  it('is loaded by its name', () => {
    const name = file.replace(/^.*\//, '').replace(/\.lua$/, '');
    expect(LOADER).toContain(['shared', 'each'].includes(name) ? `${name}.lua` : `'${name}'`);
  });
});
