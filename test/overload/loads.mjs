// What presses on the api: check-ins, creates, bodies at the limit, clients that send or say next to nothing.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * @typedef {object} Target
 * @property {string} url of the api, with the base of its routes
 * @property {string} token
 * @property {(kind: string, what: string) => void} count takes the answer's status, or what became of the connection
 * @property {AbortSignal} signal ends the load
 */

/**
 * @typedef {object} Sending
 * @property {string} kind
 * @property {string} path
 * @property {string | Buffer} body
 * @property {boolean} [isRefusable] amid its body: on a connection that is of no further use then
 */

/** Of the long polls: all at once, they would measure the accepting of connections alone. */
const OPENED_WITHIN_MS = 5_000;
const SLOW_BYTE_EVERY_MS = 1_000;
/** As a client does that is refused: it comes again, later. */
const REFUSED_PAUSE_MS = 1_000;
/** Of check-ins, and of creates: beyond it the next one is not sent, and counted as that. */
const AT_ONCE = 512;
const TICK_MS = 50;

/**
 * @param {Target} target
 * @param {Agent} agent
 * @param {Sending} sending
 * @returns {Promise<string>} the answer's status, or `closed` where there was none
 */
function send({ url, token, count, signal }, agent, { kind, path, body, isRefusable = false }) {
  return new Promise((resolve) => {
    /** @param {string} what */
    const end = (what) => {
      if (!signal.aborted) count(kind, what);
      resolve(what);
    };
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const asked = request(url + path, { method: 'POST', agent, headers, signal }, (answer) => {
      answer.resume().once('close', () => end(String(answer.statusCode)));
    });
    asked.on('error', () => end('closed'));
    // The rest of a refused body meets a closed door, when the request has its answer already.
    if (isRefusable) asked.once('socket', (socket) => socket.on('error', () => undefined));
    asked.end(body);
  });
}

/**
 * So many a second, evenly spread, whether they are answered or not; what was missed is made up for.
 *
 * @param {Target} target
 * @param {number} aSecond
 * @param {(index: number) => Sending} sendingOf
 */
async function sendAtRate(target, aSecond, sendingOf) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const startedAt = performance.now();
  let underWay = 0;
  for (let index = 0; !target.signal.aborted; await wait(TICK_MS)) {
    for (const due = ((performance.now() - startedAt) / 1_000) * aSecond; index < due; index += 1) {
      const sending = sendingOf(index);
      if (underWay >= AT_ONCE) {
        target.count(sending.kind, 'not sent');
        continue;
      }
      underWay += 1;
      void send(target, agent, sending).then(() => {
        underWay -= 1;
      });
    }
  }
  agent.destroy();
}

/**
 * Each of so many LCAs reports once in `everyMs`.
 *
 * @param {Target} target
 * @param {{lcas: number, everyMs: number}} load
 */
export function checkInAgainAndAgain(target, { lcas, everyMs }) {
  return sendAtRate(target, (lcas * 1_000) / everyMs, (index) => {
    const lca = `load-${index % lcas}`;
    const body = JSON.stringify({ reports: [{ agentId: lca }] });
    return { kind: 'check-in', path: `/lcas/${lca}/check-in`, body };
  });
}

/**
 * Creates of one agent each, one after the other of so many.
 *
 * @param {Target} target
 * @param {{aSecond: number, agents: number, plan: object}} load
 */
export function createPlans(target, { aSecond, agents, plan }) {
  return sendAtRate(target, aSecond, (index) => {
    const body = JSON.stringify({ ...plan, agentIds: [`load-${index % agents}`], autoStart: false });
    return { kind: 'create', path: '/upgrade-plans', body };
  });
}

/**
 * So many check-ins are held open at any moment.
 *
 * @param {Target} target
 * @param {{howMany: number}} load
 */
export async function holdLongPolls(target, { howMany }) {
  const agent = new Agent({ keepAlive: true, maxSockets: howMany });
  const hold = async (/** @type {number} */ index) => {
    await wait((index * OPENED_WITHIN_MS) / howMany);
    while (!target.signal.aborted) {
      const path = `/lcas/poll-${index}/check-in?wait=25`;
      const status = await send(target, agent, { kind: 'long poll', path, body: '{}' });
      if (status !== '200') await wait(REFUSED_PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: howMany }, (_, index) => hold(index)));
  agent.destroy();
}

/**
 * So many bodies are on their way at any moment, each as large as it may be.
 *
 * @param {Target} target
 * @param {{atOnce: number, bytes: number}} load
 */
export async function sendLargeBodies(target, { atOnce, bytes }) {
  // A connection each: one that was refused amid its body is of no further use.
  const agent = new Agent({ maxSockets: atOnce });
  // Costly to parse, and refused in the end.
  const item = '{"agentId":"unheard-of","tasks":[]},';
  const body = Buffer.from(`{"reports":[${item.repeat((bytes - 100) / item.length).slice(0, -1)}]}`);
  const again = async () => {
    while (!target.signal.aborted) {
      await send(target, agent, {
        kind: 'body at the limit',
        path: '/lcas/large/check-in',
        body,
        isRefusable: true,
      });
      await wait(REFUSED_PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, again));
  agent.destroy();
}

/**
 * So many connections send a byte now and then: half of them of their headers, half of a body.
 *
 * @param {Target} target
 * @param {{howMany: number}} load
 */
export async function trickle({ url, token, count, signal }, { howMany }) {
  const { hostname, port, pathname } = new URL(url);
  const head = `POST ${pathname}/lcas/slow/check-in HTTP/1.1\r\nHost: x\r\n`;
  const ofBody = `${head}Authorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n`;
  const once = (/** @type {string} */ text) =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname);
      const timer = setInterval(() => socket.write('x'), SLOW_BYTE_EVERY_MS);
      const stop = () => socket.destroy();
      signal.addEventListener('abort', stop);
      socket.on('error', () => undefined).resume();
      socket.once('close', () => {
        clearInterval(timer);
        signal.removeEventListener('abort', stop);
        if (!signal.aborted) count('slow client', 'dropped');
        resolve(undefined);
      });
      socket.write(text);
    });
  const again = async (/** @type {number} */ index) => {
    while (!signal.aborted) {
      await once(index % 2 === 0 ? `${head}X-Slow: ` : ofBody);
      await wait(SLOW_BYTE_EVERY_MS);
    }
  };
  await Promise.all(Array.from({ length: howMany }, (_, index) => again(index)));
}
