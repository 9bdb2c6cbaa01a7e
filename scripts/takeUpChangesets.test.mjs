// What becomes of changesets: one version of everything, and an entry of the changelog.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from './bootstrap.mjs';
import { takeUpChangesets } from './takeUpChangesets.mjs';

/** @type {string} */
let root;

const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');
function write(/** @type {string} */ path, /** @type {string} */ text) {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const manifest = (/** @type {object} */ fields) =>
  JSON.stringify({ version: '1.4.2', private: true, ...fields }, null, 2);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gradus-release-'));
  cpSync(join(ROOT, '.changeset/config.json'), join(root, '.changeset/config.json'));
  write('package.json', manifest({ name: 'gradus', workspaces: ['apps/*', 'packages/*'] }));
  write('apps/api/package.json', manifest({ name: '@gradus/api', dependencies: { '@gradus/store': '*' } }));
  write('packages/store/package.json', manifest({ name: '@gradus/store' }));
  write('deploy/helm/gradus/Chart.yaml', 'name: gradus\nversion: 1.4.2\nappVersion: 1.4.2\n');
  write('CHANGELOG.md', '# Changelog\n\nAbout it.\n\n## 1.4.2\n\nBefore.\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('every manifest and the chart get one version, and the changes stand above those of before', async () => {
  write('.changeset/a.md', '---\n"@gradus/store": patch\n---\n\nPlans are read faster.\n');
  write('.changeset/b.md', '---\n"@gradus/api": minor\n"@gradus/store": patch\n---\n\nPlans have a color.\n');
  expect(await takeUpChangesets(root)).toBe('1.5.0');
  for (const path of ['package.json', 'apps/api/package.json', 'packages/store/package.json']) {
    expect(JSON.parse(read(path)).version, path).toBe('1.5.0');
  }
  expect(JSON.parse(read('apps/api/package.json')).dependencies).toEqual({ '@gradus/store': '*' });
  expect(read('deploy/helm/gradus/Chart.yaml')).toBe('name: gradus\nversion: 1.5.0\nappVersion: 1.5.0\n');
  expect(read('CHANGELOG.md')).toBe(
    '# Changelog\n\nAbout it.\n\n## 1.5.0\n\n### New\n\n- Plans have a color.\n\n' +
      '### Better\n\n- Plans are read faster.\n\n## 1.4.2\n\nBefore.\n',
  );
  expect(readdirSync(join(root, '.changeset'))).toEqual(['config.json']);
});

test('without a change there is no version', async () => {
  await expect(takeUpChangesets(root)).rejects.toMatchObject({ code: 'nothing-changed' });
  expect(JSON.parse(read('package.json')).version).toBe('1.4.2');
});
