// A line to a server on which answers stop halfway, until it is let go.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface HeldLine {
  /** Where the server is to be had over it. */
  url: string;
  /** From now on everything comes through. */
  letGo(): void;
  stop(): Promise<void>;
}

/**
 * @param url of the server, on this machine
 * @param bytes how many each connection is answered before its line stops
 */
export async function startHeldLine(url: string, bytes: number): Promise<HeldLine> {
  let letGo = () => {};
  const whole = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const sockets = new Set<Socket>();
  async function pass(from: Socket, to: Socket): Promise<void> {
    let left = bytes;
    for await (const chunk of from as AsyncIterable<Buffer>) {
      to.write(chunk.subarray(0, left));
      if (chunk.length > left) {
        await whole;
        to.write(chunk.subarray(left));
      }
      left = Math.max(0, left - chunk.length);
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
    pass(upstream, client).catch(() => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    letGo: () => letGo(),
    stop: async () => {
      letGo();
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
