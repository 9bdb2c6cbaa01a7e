// Requests as bytes on a socket: what a well-behaved HTTP library would not send, and what comes back.
import { connect } from 'node:net';

/** What a request's headers say of its body, truly or not. */
export type Framing = 'length' | 'chunked' | 'too-long' | 'too-short' | 'none';

export interface WireRequest {
  method: string;
  /** The request line's target, as it is sent. */
  target: string;
  /** In the order in which they are sent, names twice where they are twice; latin1. */
  headers: readonly (readonly [name: string, value: string])[];
  body: Buffer | null;
  framing: Framing;
}

export interface WireAnswer {
  status: number;
  /** Names in lower case. */
  headers: ReadonlyMap<string, string>;
  /** What came of it where it is a stream. */
  body: Buffer;
}

const MISSING_BYTES = 7;

/** @returns the headers that frame the body, and the bytes that follow them */
function framed({ body, framing }: WireRequest): { lines: string[]; bytes: Buffer } {
  if (body === null || framing === 'none') return { lines: [], bytes: Buffer.alloc(0) };
  if (framing === 'chunked') {
    const size = Buffer.from(`${body.length.toString(16)}\r\n`);
    const chunks = body.length === 0 ? [] : [size, body, Buffer.from('\r\n')];
    const bytes = Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
    return { lines: ['Transfer-Encoding: chunked'], bytes };
  }
  const off = { length: 0, 'too-long': MISSING_BYTES, 'too-short': -MISSING_BYTES }[framing];
  return { lines: [`Content-Length: ${Math.max(0, body.length + off)}`], bytes: body };
}

/** @returns the whole request as it goes over the socket */
export function bytesOf(request: WireRequest): Buffer {
  const { lines, bytes } = framed(request);
  const named = request.headers.map(([name, value]) => `${name}: ${value}`);
  const head = [`${request.method} ${request.target} HTTP/1.1`, 'Connection: close', ...named, ...lines];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

function dechunked(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n', at);
    const size = end === -1 ? 0 : Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (!(size > 0)) break;
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}

/** @returns the first answer in the bytes; null where its head is not whole */
function parseAnswer(bytes: Buffer): WireAnswer | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
  // That the body may come is not the answer yet.
  if (status === 100) return parseAnswer(bytes.subarray(end + 4));
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const rest = bytes.subarray(end + 4);
  if (headers.get('transfer-encoding') === 'chunked') return { status, headers, body: dechunked(rest) };
  const length = headers.get('content-length');
  return { status, headers, body: length === undefined ? rest : rest.subarray(0, Number(length)) };
}

/**
 * Sends the bytes on a connection of their own.
 *
 * @param isCut the request ends before its end: the sending side is closed, so that nobody waits for the rest
 * @param limitMs how long the connection may stay open
 * @returns the answer; 'none' where the connection was closed without one, 'late' where it was not closed
 */
export function exchange(
  port: number,
  bytes: Buffer,
  isCut: boolean,
  limitMs: number,
): Promise<WireAnswer | 'none' | 'late'> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (outcome: WireAnswer | 'none' | 'late') => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => end('late'), limitMs);
    socket.on('data', (chunk) => {
      received.push(chunk);
      const answer = received.length === 1 ? parseAnswer(chunk) : null;
      // A stream goes on for as long as somebody listens.
      if (answer?.headers.get('content-type')?.startsWith('text/event-stream')) end(answer);
    });
    // A server that closes while bytes are still coming in resets the connection; its answer counts all the same.
    socket.on('error', () => undefined);
    socket.on('close', () => end(parseAnswer(Buffer.concat(received)) ?? 'none'));
    socket.write(bytes);
    if (isCut) socket.end();
  });
}
