// An api that knows the check-in alone, and a place from which artifacts are had: both as bad as a test wants them.
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { waitFor } from '../support/waitFor.js';

interface SaidTask {
  lifecycleTaskUuid: string;
  status: string;
  error: string | null;
}

export interface SmallApi {
  url: string;
  /** What is had from it by the token, by its path. */
  files: Map<string, Buffer>;
  /** Hands the task out, once, and waits for its end. */
  carryOut(uuid: string, order: Record<string, unknown>): Promise<SaidTask>;
  /** Waits until an agent says how the task has ended. */
  untilEnd(uuid: string): Promise<SaidTask>;
  stop(): Promise<void>;
}

export interface Store {
  url: string;
  /** What lies there, by its path. */
  files: Map<string, Buffer>;
  /** Each request: its path, its range and its token. */
  asked: { path: string; range: string | undefined; authorization: string | undefined }[];
  /** From now on an answer breaks off after so many bytes, so many times, and each time once that is true. */
  breakAfter(bytes: number, times: number, mayBreak: (sent: number) => Promise<unknown>): void;
  stop(): Promise<void>;
}

/** @param token that files are given for */
export async function startSmallApi(token: string): Promise<SmallApi> {
  const orders: Record<string, unknown>[] = [];
  const said = new Map<string, SaidTask>();
  const waiting = new EventEmitter();
  const files = new Map<string, Buffer>();
  const server = await listen(async (request, response) => {
    const { method, url = '', headers } = request;
    if (method === 'GET') {
      const isKnown = headers.authorization === `Bearer ${token}`;
      return void response.writeHead(isKnown ? 200 : 401).end(isKnown ? files.get(url) : '');
    }
    const { reports } = JSON.parse(await text(request)) as { reports: { tasks?: SaidTask[] }[] };
    for (const { tasks = [] } of reports) for (const task of tasks) said.set(task.lifecycleTaskUuid, task);
    // Held open until there is something to hand out, as the api holds it.
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const isHeld = !url.endsWith('wait=0') && orders.length === 0;
    if (isHeld) await once(waiting, 'order', { signal: gone.signal }).catch(() => undefined);
    if (response.closed) return;
    const answer = { accepted: reports.length, tasks: orders.splice(0), cancel: [] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  const untilEnd = (uuid: string) =>
    waitFor(
      () => {
        const task = said.get(uuid);
        return task !== undefined && task.status !== 'running' && task;
      },
      { what: `the end of ${uuid}`, timeoutMs: 40_000 },
    );
  return {
    url: urlOf(server),
    files,
    async carryOut(uuid, order) {
      said.delete(uuid);
      orders.push({ lifecycleTaskUuid: uuid, ...order });
      waiting.emit('order');
      return untilEnd(uuid);
    },
    untilEnd,
    stop: () => stop(server),
  };
}

export async function startStore(): Promise<Store> {
  const files = new Map<string, Buffer>();
  const asked: Store['asked'] = [];
  let breaks = { bytes: 0, times: 0, mayBreak: async (_: number): Promise<unknown> => true };
  const server = await listen(async ({ url: path = '', headers }, response) => {
    const { range, authorization } = headers;
    asked.push({ path, range, authorization });
    const file = files.get(path);
    if (file === undefined) return void response.writeHead(path === '/for-a-token' ? 401 : 404).end();
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const part = file.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': part.length,
      ...(start > 0 ? { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` } : {}),
    });
    if (breaks.times === 0) return void response.end(part);
    breaks.times -= 1;
    response.write(part.subarray(0, breaks.bytes));
    await breaks.mayBreak(start + breaks.bytes);
    response.destroy();
  });
  return {
    url: urlOf(server),
    files,
    asked,
    breakAfter: (bytes, times, mayBreak) => {
      breaks = { bytes, times, mayBreak };
    },
    stop: () => stop(server),
  };
}

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Server> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
