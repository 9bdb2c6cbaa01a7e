// Makes a version of what was changed: the changesets become an entry of CHANGELOG.md, and every manifest gets the version.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import getReleasePlan from '@changesets/get-release-plan';
import { Failure } from './failure.mjs';
import { run } from './run.mjs';

const CHANGESET = fileURLToPath(new URL('../node_modules/.bin/changeset', import.meta.url));
const CHART = 'deploy/helm/gradus/Chart.yaml';

/** In the order of the entry. */
const HEADINGS = /** @type {const} */ ({ major: 'Changed', minor: 'New', patch: 'Better' });

/** @typedef {{summary: string, releases: readonly {type: string}[]}} Changeset */

/**
 * The entry of a version, each change under the greatest thing that it is to any package.
 *
 * @param {string} version
 * @param {readonly Changeset[]} changesets
 */
function entryOf(version, changesets) {
  const kinds = /** @type {(keyof typeof HEADINGS)[]} */ (Object.keys(HEADINGS));
  const kindOf = (/** @type {Changeset} */ { releases }) =>
    kinds.find((kind) => releases.some(({ type }) => type === kind));
  const parts = kinds.flatMap((kind) => {
    const lines = changesets
      .filter((changeset) => kindOf(changeset) === kind)
      .map(({ summary }) => `- ${summary.trim().replaceAll('\n', '\n  ')}`);
    return lines.length === 0 ? [] : [`### ${HEADINGS[kind]}\n\n${lines.join('\n')}\n`];
  });
  return `## ${version}\n\n${parts.join('\n')}`;
}

/**
 * @param {string} root of the tree that is released
 * @returns {Promise<string>} the version
 * @throws {Failure} `nothing-changed`, `versions-not-set`
 */
export async function takeUpChangesets(root) {
  const { changesets, releases } = await getReleasePlan(root);
  const version = releases[0]?.newVersion;
  if (version === undefined) throw new Failure('nothing-changed', 'There is no changeset: npx changeset');
  if ((await run(CHANGESET, ['version'], { cwd: root })) !== 0) {
    throw new Failure('versions-not-set', 'changeset version failed; its output is above.');
  }
  edit(join(root, 'CHANGELOG.md'), /^## /m, `${entryOf(version, changesets)}\n## `);
  edit(join(root, 'package.json'), /"version": "[^"]*"/, `"version": "${version}"`);
  edit(join(root, CHART), /^version: .*$/m, `version: ${version}`);
  edit(join(root, CHART), /^appVersion: .*$/m, `appVersion: ${version}`);
  return version;
}

/**
 * @param {string} path
 * @param {RegExp} place its first match is replaced
 * @param {string} text
 */
function edit(path, place, text) {
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace(place, () => text),
  );
}
