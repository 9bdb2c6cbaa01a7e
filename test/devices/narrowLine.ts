// A line to a server that lets few bytes a second through to whoever asks.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const TICK_MS = 25;

export interface NarrowLine {
  /** Where the server is to be had over it. */
  url: string;
  stop(): Promise<void>;
}

/** @param url of the server, on this machine */
export async function startNarrowLine(url: string, bytesPerSecond: number): Promise<NarrowLine> {
  const piece = Math.ceil((bytesPerSecond * TICK_MS) / 1_000);
  const sockets = new Set<Socket>();
  async function trickle(from: Socket, to: Socket): Promise<void> {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; at += piece) {
        to.write(chunk.subarray(at, at + piece));
        if (chunk.length > piece) await wait(TICK_MS);
      }
    }
    to.end();
  }
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(url).port), '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    client.pipe(upstream);
    trickle(upstream, client).catch(() => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
