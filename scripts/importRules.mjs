// Checks who imports whom, by the rules in .dependency-cruiser.mjs.

import swc from '@swc/core';
import { cruise } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { ROOT } from './bootstrap.mjs';

/** dependency-cruiser has swc read every file as TypeScript without JSX. */
const { parseFileSync } = swc;
Object.assign(swc, {
  parseFileSync: (/** @type {string} */ file, /** @type {object} */ options) =>
    parseFileSync(file, { ...options, syntax: 'typescript', tsx: file.endsWith('.tsx') }),
});

process.chdir(ROOT);
const options = await extractOptions('./.dependency-cruiser.mjs');
const { output } = await cruise(['packages', 'apps', 'test', 'scripts'], options);
if (typeof output === 'string') throw new TypeError('dependency-cruiser gave text instead of its findings');

const { error, violations, totalCruised, totalDependenciesCruised } = output.summary;
for (const { rule, from, to } of violations) console.error(`${rule.severity} ${rule.name}: ${from} → ${to}`);
console.log(`${totalCruised} modules and ${totalDependenciesCruised} imports looked at`);
// A tool that cannot read TypeScript finds nothing wrong either.
const sources = output.modules.filter(({ source }) => /^(packages|apps)\/[^/]+\/src\/.*\.tsx?$/.test(source));
if (sources.length === 0) console.error('no TypeScript module was seen');
process.exit(error > 0 || sources.length === 0 ? 1 : 0);
