// LCAs that upgrade at once what they are handed, in a process of their own: what they cost is not the control plane's.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { cpuSecondsOf } from './processorTime.mjs';

const BASE = '/api/v1/lifecycle';
const WAIT_S = 30;

/**
 * @typedef {object} Fleet
 * @property {string} url
 * @property {string} token
 * @property {string[]} lcas their uuids
 * @property {string} toVersion
 * @property {string} toRelease
 */

const isChild = process.send !== undefined && process.argv[2] === 'lcas';
if (isChild) {
  process.once('disconnect', () => process.exit());
  runLcas(JSON.parse(process.argv[3] ?? ''));
  process.send?.('ready');
}

/** @param {Fleet} fleet */
function runLcas({ url, token, lcas, toVersion, toRelease }) {
  const agent = new Agent({ keepAlive: true, maxSockets: lcas.length });
  const post = (/** @type {string} */ path, /** @type {string} */ body) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      };
      const asked = request(url + BASE + path, { method: 'POST', agent, headers }, async (answer) => {
        const parts = [];
        for await (const part of answer) parts.push(part);
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${answer.statusCode} ${text.slice(0, 300)}`));
      });
      asked.on('error', reject).on('socket', (socket) => sockets.add(socket));
      asked.end(body);
    });
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  let checkIns = 0;
  process.once('message', () => {
    const bytes = [...sockets].reduce(
      (sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten,
      0,
    );
    process.send?.({ checkIns, bytes });
  });
  for (const lca of lcas) void live(lca);

  async function live(/** @type {string} */ lca) {
    /** @type {object[]} */
    let reports = [];
    for (;;) {
      checkIns += 1;
      const { tasks } = await post(`/lcas/${lca}/check-in?wait=${WAIT_S}`, JSON.stringify({ reports }));
      reports = tasks.map((/** @type {Record<string, string>} */ task) => ({
        agentId: task.agentId,
        tasks: [{ lifecycleTaskUuid: task.lifecycleTaskUuid, status: 'completed' }],
        components: [
          {
            componentInstanceUuid: task.componentInstanceUuid,
            runtimeStatus: 'running',
            actualVersion: toVersion,
            actualRelease: toRelease,
          },
        ],
      }));
    }
  }
}

/**
 * @param {Fleet} fleet
 * @returns {Promise<{cpuSeconds: () => number, stop: () => Promise<{checkIns: number, bytes: number}>}>} `stop` tells how
 *   often they checked in, and what went over their connections, both ways
 */
export async function startLcas(fleet) {
  const child = fork(fileURLToPath(import.meta.url), ['lcas', JSON.stringify(fleet)], { execArgv: [] });
  await once(child, 'message');
  return {
    cpuSeconds: () => cpuSecondsOf(child.pid),
    stop: async () => {
      child.send('stop');
      const [told] = await once(child, 'message');
      child.disconnect();
      await once(child, 'exit');
      return told;
    },
  };
}
