// What stands between a command and the api: a proxy that can go away, lose answers or refuse streams.
import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface TroubledNetwork {
  /** Its address, in the api's place. */
  url: string;
  /** Every connection is broken off, and no new one answered, until it is true again. */
  isOpen: boolean;
  /** A stream is answered as by a proxy that knows none. */
  hasStreams: boolean;
  /** What a stream says is held back, and the connection kept. */
  isSilent: boolean;
  /** So many of the next answers to a POST are lost: the api has done what it was asked. */
  losesAnswers: number;
  /** How many requests have come for such a path, by its end. */
  count(method: string, pathEnd: string): number;
  stop(): Promise<void>;
}

/** @param target the api's address */
export async function startTroubledNetwork(target: string): Promise<TroubledNetwork> {
  const requests: string[] = [];
  let isOpen = true;
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    if (!isOpen) return void outgoing.destroy();
    requests.push(`${method} ${url.split('?')[0]}`);
    if (headers.accept === 'text/event-stream' && !network.hasStreams) {
      return void outgoing.writeHead(404, { 'content-type': 'text/html' }).end('<h1>no such page</h1>');
    }
    const onward = request(target + url, { method, headers }, (answer) => {
      if (method === 'POST' && network.losesAnswers > 0) {
        network.losesAnswers -= 1;
        answer.resume();
        return void outgoing.destroy();
      }
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      outgoing.flushHeaders();
      if (network.isSilent && headers.accept === 'text/event-stream') answer.resume();
      else answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const network: TroubledNetwork = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    get isOpen() {
      return isOpen;
    },
    set isOpen(open) {
      isOpen = open;
      if (!open) server.closeAllConnections();
    },
    hasStreams: true,
    isSilent: false,
    losesAnswers: 0,
    count: (method, pathEnd) =>
      requests.filter((one) => one.startsWith(`${method} `) && one.endsWith(pathEnd)).length,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return network;
}
