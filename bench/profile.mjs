// Where the time goes at full load: the most costly things of api, worker and Redis, as a table.
// `npm run bench:profile -- --agents 10000`; the whole profiles stay in the folder that it names.
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runPlans } from './planRun.mjs';
import { say } from './system.mjs';

const { values } = parseArgs({
  options: { agents: { type: 'string', default: '10000' }, top: { type: 'string', default: '5' } },
});
const agents = Number(values.agents);
const top = Number(values.top);
/** Not work: the process waits. */
const IDLE = '(idle)';

/**
 * @typedef {object} Profile as Node.js writes it
 * @property {{id: number, callFrame: {functionName: string, url: string}}[]} nodes
 * @property {number[]} samples
 * @property {number[]} timeDeltas µs
 */

/** @param {string} url of a module */
function moduleOf(url) {
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  const own = /(?:apps|packages)\/([^/]+)\/dist\/(.*)$/.exec(url);
  return inPackage ?? (own === null ? url || 'the runtime' : `${own[1]}/${own[2]}`);
}

/** @param {string} folder @returns {[string, number][]} module → its part of the time at work, the largest first */
function partsOf(folder) {
  const [file = ''] = readdirSync(folder);
  /** @type {Profile} */
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  /** @type {Map<string, number>} */
  const times = new Map();
  let all = 0;
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    const took = timeDeltas[index] ?? 0;
    if (frame === undefined || frame.functionName === IDLE) continue;
    const isOfRuntime = frame.url === '' || frame.url.startsWith('node:');
    const name = isOfRuntime ? frame.functionName || 'the runtime' : moduleOf(frame.url);
    times.set(name, (times.get(name) ?? 0) + took);
    all += took;
  }
  return [...times]
    .map(([name, took]) => /** @type {[string, number]} */ ([name, took / all]))
    .sort((a, b) => b[1] - a[1]);
}

const profileFolder = mkdtempSync(join(tmpdir(), 'gradus-profile-'));
const run = await runPlans({ agents, perLca: 500, profileFolder });
const redis = [...run.statsAfter]
  .map(
    ([name, { us }]) =>
      /** @type {[string, number]} */ ([name, (us - (run.statsBefore.get(name)?.us ?? 0)) / agents]),
  )
  .sort((a, b) => b[1] - a[1]);
console.log('| process | the most costly, of its time at work |');
console.log('| --- | --- |');
for (const app of ['api', 'worker']) {
  const parts = partsOf(join(profileFolder, app)).slice(0, top);
  console.log(
    `| ${app} | ${parts.map(([name, part]) => `${name} ${(part * 100).toFixed(0)} %`).join(', ')} |`,
  );
}
console.log(
  `| Redis, µs per task | ${redis
    .slice(0, top + 1)
    .map(([name, us]) => `${name} ${us.toFixed(1)}`)
    .join(', ')} |`,
);
say(`the profiles are in ${profileFolder}`);
