// The documents name what there is: links lead somewhere, and no key or dependency is left out.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createKeys } from '../../packages/store/src/keys.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

test.each(DOCUMENTS)('every link in %s leads somewhere', (file) => {
  const links = [...read(file).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(join(ROOT, dirname(file), link)))).toEqual([]);
});

test('every decision has its number once, and its four parts', () => {
  const pages = readdirSync(join(ROOT, 'docs/decisions')).sort();
  expect(pages.map((page) => Number(page.slice(0, 4)))).toEqual(pages.map((_, index) => index + 1));
  for (const page of pages) {
    const text = read(`docs/decisions/${page}`);
    expect(text, page).toMatch(new RegExp(`^# ${Number(page.slice(0, 4))}\\. `));
    if (page.includes('dependencies')) continue;
    for (const part of ['Context', 'Decision', 'Why not the runner-up', 'Consequences']) {
      expect(text, page).toContain(`**${part}.**`);
    }
  }
});

test('every key of the store is in the table of keys', () => {
  const keys = createKeys('gradus');
  const all = [...keys.planAll('p'), ...keys.mailbox('l'), keys.wakeUps('l'), keys.records(0)];
  const indexes = Object.values(keys).filter((key) => typeof key === 'string');
  const parts = [...all, keys.histories(0), ...keys.releases, ...indexes].map((key) =>
    key.slice(key.lastIndexOf(':') + 1),
  );
  const table = read('ARCHITECTURE.md')
    .split('\n')
    .filter((line) => line.startsWith('| `gradus:'))
    .map((line) => line.split('|')[1] ?? '');
  const documented = table.flatMap((cell) => [...cell.matchAll(/:([a-z-]+)`/g)].map(([, part]) => part));
  expect(documented.length).toBeGreaterThan(15);
  expect(new Set(parts)).toEqual(new Set(documented));
});

test('every dependency has its line in the page of dependencies', () => {
  const manifests = ['.', 'test'].concat(
    ['packages', 'apps'].flatMap((parent) =>
      readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
    ),
  );
  const names = manifests.flatMap((folder) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(`${folder}/package.json`));
    return Object.keys({ ...dependencies, ...devDependencies });
  });
  const page = read('docs/decisions/0009-dependencies.md');
  const foreign = [...new Set(names)].filter((name) => !name.startsWith('@gradus/'));
  expect(foreign.length).toBeGreaterThan(10);
  // Bull Board's three stand together.
  const isNamed = (name: string) => page.includes(name.replace(/^@bull-board\/(?!api)|^@biomejs\//, ''));
  expect(foreign.filter((name) => !isNamed(name))).toEqual([]);
});
