// What presses on the api: check-ins, creates, bodies at the limit, clients that send or say next to nothing.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { BASE } from '../support/http.js';

/** Kind of load → status, or what became of the connection → how often. */
export type Tally = Map<string, Map<string, number>>;

export interface Target {
  url: string;
  token: string;
  tally: Tally;
  /** Ends the load. */
  signal: AbortSignal;
}

interface Sending {
  kind: string;
  method: 'GET' | 'POST';
  path: string;
  body?: string | Buffer;
  /** Amid its body: on a connection that is of no further use then. */
  isRefusable?: boolean;
}

/** Of the long polls: all at once, they would measure the accepting of connections alone. */
const OPENED_WITHIN_MS = 3_000;
const SLOW_BYTE_EVERY_MS = 1_000;
/** As a client does that is refused: it comes again, later. */
const REFUSED_PAUSE_MS = 1_000;

function count(tally: Tally, kind: string, what: string): void {
  const ofKind = tally.get(kind) ?? new Map<string, number>();
  tally.set(kind, ofKind.set(what, (ofKind.get(what) ?? 0) + 1));
}

/** @returns the answer's status, or `closed` where there was none */
function send({ url, token, tally, signal }: Target, agent: Agent, sending: Sending): Promise<string> {
  return new Promise((resolve) => {
    const end = (what: string) => {
      if (!signal.aborted) count(tally, sending.kind, what);
      resolve(what);
    };
    const { method, path, body = '', isRefusable = false } = sending;
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const asked = request(url + path, { method, agent, headers, signal }, (answer) => {
      answer.resume().once('close', () => end(String(answer.statusCode)));
    });
    asked.on('error', () => end('closed'));
    // The rest of a refused body meets a closed door, when the request has its answer already.
    if (isRefusable) asked.once('socket', (socket) => socket.on('error', () => undefined));
    asked.end(body);
  });
}

/** Each of so many LCAs reports once in `everyMs`, evenly spread. */
export async function checkInAgainAndAgain(target: Target, lcas: number, everyMs: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const gapMs = 50;
  const atOnce = Math.ceil((lcas * gapMs) / everyMs);
  for (let next = 0; !target.signal.aborted; next += atOnce) {
    for (let index = next; index < next + atOnce; index++) {
      const path = `${BASE}/lcas/load-${index % lcas}/check-in`;
      const body = JSON.stringify({ reports: [{ agentId: `load-${index % lcas}` }] });
      void send(target, agent, { kind: 'check-in', method: 'POST', path, body });
    }
    await wait(gapMs);
  }
  agent.destroy();
}

/** So many check-ins are held open at any moment. */
export async function holdLongPolls(target: Target, howMany: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: howMany });
  const hold = async (index: number) => {
    await wait((index * OPENED_WITHIN_MS) / howMany);
    while (!target.signal.aborted) {
      const path = `${BASE}/lcas/poll-${index}/check-in?wait=25`;
      const status = await send(target, agent, { kind: 'long poll', method: 'POST', path, body: '{}' });
      if (status !== '200') await wait(REFUSED_PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: howMany }, (_, index) => hold(index)));
  agent.destroy();
}

/** Creates as fast as asked for, of one agent each, whether they are answered or not. */
export async function createPlans(
  target: Target,
  aSecond: number,
  bodyOf: (index: number) => object,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  for (let index = 0; !target.signal.aborted; index++) {
    const body = JSON.stringify(bodyOf(index));
    void send(target, agent, { kind: 'create', method: 'POST', path: `${BASE}/upgrade-plans`, body });
    await wait(1_000 / aSecond);
  }
  agent.destroy();
}

/** So many bodies are on their way at any moment, each as large as it may be. */
export async function sendLargeBodies(target: Target, atOnce: number, bytes: number): Promise<void> {
  // A connection each: one that was refused amid its body is of no further use.
  const agent = new Agent({ maxSockets: atOnce });
  // Costly to parse, and refused in the end.
  const item = '{"agentId":"unheard-of","tasks":[]},';
  const body = Buffer.from(`{"reports":[${item.repeat((bytes - 100) / item.length).slice(0, -1)}]}`);
  const again = async () => {
    while (!target.signal.aborted) {
      const path = `${BASE}/lcas/large/check-in`;
      const large: Sending = { kind: 'body at the limit', method: 'POST', path, body, isRefusable: true };
      await send(target, agent, large);
      await wait(REFUSED_PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, again));
  agent.destroy();
}

/** So many connections send a byte now and then: half of them of their headers, half of a body. */
export async function trickle(target: Target, howMany: number): Promise<void> {
  const { hostname, port } = new URL(target.url);
  const head = `POST ${BASE}/lcas/slow/check-in HTTP/1.1\r\nHost: x\r\n`;
  const ofBody = `${head}Authorization: Bearer ${target.token}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n`;
  const once = (text: string) =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname);
      const timer = setInterval(() => socket.write('x'), SLOW_BYTE_EVERY_MS);
      const stop = () => socket.destroy();
      target.signal.addEventListener('abort', stop);
      socket.on('error', () => undefined).resume();
      socket.once('close', () => {
        clearInterval(timer);
        target.signal.removeEventListener('abort', stop);
        if (!target.signal.aborted) count(target.tally, 'slow client', 'dropped');
        resolve();
      });
      socket.write(text);
    });
  const again = async (index: number) => {
    while (!target.signal.aborted) {
      await once(index % 2 === 0 ? `${head}X-Slow: ` : ofBody);
      await wait(SLOW_BYTE_EVERY_MS);
    }
  };
  await Promise.all(Array.from({ length: howMany }, (_, index) => again(index)));
}
