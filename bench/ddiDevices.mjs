// Devices that speak DDI, in a process of their own: each polls as it is told to, downloads what it is offered, checks
// it, restarts, and says what it runs.
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuSecondsOf } from './processorTime.mjs';

const TENANT = 'DEFAULT';
const RESTART_MS = 200;

/**
 * @typedef {object} Devices
 * @property {string} url
 * @property {string} token of a gateway
 * @property {string[]} ids
 * @property {string} fromVersion
 */
/**
 * @typedef {object} Told
 * @property {number} requests
 * @property {number} polls
 * @property {number} downloads
 * @property {number} refused requests that were not answered as a device needs it
 * @property {number} spoilt downloads whose content was not what its hash says
 * @property {number[]} ms how long polls took
 */

if (process.send !== undefined && process.argv[2] === 'devices') {
  process.once('disconnect', () => process.exit());
  runDevices(JSON.parse(process.argv[3] ?? ''));
  process.send('ready');
}

/** @param {Devices} devices */
function runDevices({ url, token, ids, fromVersion }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  /** @type {Told} */
  const told = { requests: 0, polls: 0, downloads: 0, refused: 0, spoilt: 0, ms: [] };
  process.on('message', () => {
    process.send?.(told);
    told.ms = [];
  });
  for (const id of ids) void live(id);

  /** @returns {Promise<Buffer>} empty where it was refused */
  async function ask(/** @type {string} */ method, /** @type {string} */ at, /** @type {object} */ json) {
    told.requests += 1;
    try {
      const body = json === undefined ? undefined : JSON.stringify(json);
      const headers = {
        authorization: `GatewayToken ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
      };
      const asked = request(at, { method, agent, headers });
      asked.end(body);
      const [answer] = await once(asked, 'response');
      const parts = [];
      for await (const part of answer) parts.push(part);
      if (answer.statusCode !== 200) told.refused += 1;
      return answer.statusCode === 200 ? Buffer.concat(parts) : Buffer.alloc(0);
    } catch {
      told.refused += 1;
      return Buffer.alloc(0);
    }
  }

  async function live(/** @type {string} */ id) {
    const at = `${url}/${TENANT}/controller/v1/${id}`;
    let version = fromVersion;
    // Devices that were all switched on in one moment would be measured as no fleet is.
    await wait(Math.random() * 5_000);
    for (;;) {
      const began = performance.now();
      told.polls += 1;
      const text = (await ask('GET', at)).toString();
      told.ms.push(performance.now() - began);
      const { config, _links = {} } = text === '' ? {} : JSON.parse(text);
      if (_links.configData) await ask('PUT', _links.configData.href, { data: { version } });
      if (_links.cancelAction) await feedback(_links.cancelAction.href, 'closed', 'success');
      if (_links.deploymentBase) version = await install(_links.deploymentBase.href, version);
      const [hours = 0, minutes = 0, seconds = 5] = (config?.polling.sleep ?? '').split(':').map(Number);
      await wait((hours * 3_600 + minutes * 60 + seconds) * 1_000);
    }
  }

  function feedback(
    /** @type {string} */ action,
    /** @type {string} */ execution,
    /** @type {string} */ finished,
  ) {
    const id = action.slice(action.lastIndexOf('/') + 1);
    const status = { execution, result: { finished }, details: [] };
    return ask('POST', `${action}/feedback`, { id, status });
  }

  async function install(/** @type {string} */ action, /** @type {string} */ version) {
    const text = (await ask('GET', action)).toString();
    if (text === '') return version;
    await feedback(action, 'proceeding', 'none');
    const [chunk] = JSON.parse(text).deployment.chunks;
    const [{ hashes, _links }] = chunk.artifacts;
    const content = await ask('GET', _links.download.href);
    told.downloads += 1;
    if (createHash('sha256').update(content).digest('hex') !== hashes.sha256) {
      told.spoilt += 1;
      await feedback(action, 'closed', 'failure');
      return version;
    }
    await wait(RESTART_MS);
    await feedback(action, 'closed', 'success');
    return chunk.version;
  }
}

/**
 * @param {Devices} devices
 * @returns what asks them how they are, and stops them
 */
export async function startDevices(devices) {
  const args = ['devices', JSON.stringify(devices)];
  const child = fork(fileURLToPath(import.meta.url), args, { execArgv: [] });
  await once(child, 'message');
  return {
    cpuSeconds: () => cpuSecondsOf(child.pid),
    /** @returns {Promise<Told>} since the start; the times since it was asked last */
    told: async () => {
      child.send('told');
      const [told] = await once(child, 'message');
      return told;
    },
    stop: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
