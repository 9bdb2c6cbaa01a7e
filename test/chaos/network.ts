// The network between the processes and Redis: a TCP proxy that cuts, delays, and breaks off in mid-message.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Network {
  /** Of Redis, as the processes know it. */
  url: string;
  /** Every connection breaks, and until `restore` no other is taken. */
  cut(): void;
  /** What is sent arrives so much later, in the same order. */
  delay(byMs: number): void;
  /** Of the next chunk one half arrives, then its connection breaks: a command, or the answer to one. */
  truncate(which?: 'either' | 'answer'): void;
  restore(): void;
  stop(): Promise<void>;
}

/** @param redisPort on this machine */
export async function startNetwork(redisPort: number): Promise<Network> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  let truncates: 'either' | 'answer' | null = null;

  const server = createServer({ noDelay: true }, (client) => {
    if (isCut) return void client.destroy();
    const upstream = connect({ port: redisPort, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      forward(from, to, from === upstream);
    }
  });

  function forward(from: Socket, to: Socket, isAnswer: boolean): void {
    const underWay: { chunk: Buffer; at: number }[] = [];
    let isBroken = false;
    let timer: NodeJS.Timeout | null = null;
    /** One timer for all: of two, the later one's might fire first. */
    const deliver = () => {
      timer = null;
      for (let next = underWay[0]; next !== undefined; next = underWay[0]) {
        const inMs = next.at - performance.now();
        if (inMs > 0) {
          timer = setTimeout(deliver, Math.ceil(inMs));
          return;
        }
        underWay.shift();
        if (!to.destroyed && !to.write(next.chunk)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      }
      if (isBroken) to.end(() => to.destroy());
    };
    from.on('data', (chunk) => {
      // What came after the half would be taken for its end.
      if (isBroken) return;
      if (chunk.length > 1 && (truncates === 'either' || (truncates === 'answer' && isAnswer))) {
        truncates = null;
        isBroken = true;
      }
      const part = isBroken ? chunk.subarray(0, chunk.length >> 1) : chunk;
      underWay.push({ chunk: part, at: performance.now() + delayMs });
      if (timer === null) deliver();
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    cut() {
      isCut = true;
      breakAll();
    },
    delay: (byMs) => {
      delayMs = byMs;
    },
    truncate: (which = 'either') => {
      truncates = which;
    },
    restore() {
      isCut = false;
      delayMs = 0;
    },
    async stop() {
      isCut = true;
      server.close();
      breakAll();
      await once(server, 'close');
    },
  };
}
