// As much of S3 as the api asks of a bucket, over real HTTP; signatures are not checked.
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface S3Server {
  /** What makes the api keep its artifacts there. */
  env: { GRADUS_ARTIFACTS: string };
  objects: ReadonlyMap<string, Buffer>;
  /** Uploads in parts that are neither completed nor aborted. */
  openUploads: () => number;
  stop(): Promise<void>;
}

const xml = (text: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;

export async function startS3Server(): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();

  function sendObject(bytes: Buffer, { headers }: IncomingMessage, response: ServerResponse): void {
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (start === undefined) {
      response.writeHead(200, { etag: etagOf(bytes), 'content-length': bytes.length }).end(bytes);
      return;
    }
    const part = bytes.subarray(Number(start), Number(end) + 1);
    const range = `bytes ${start}-${end}/${bytes.length}`;
    response.writeHead(206, { 'content-range': range, 'content-length': part.length }).end(part);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const [, bucket = '', ...rest] = pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const uploadId = searchParams.get('uploadId') ?? '';
    const body = await buffer(request);
    const object = objects.get(key);
    switch (`${request.method} ${searchParams.has('uploads') || uploadId !== '' ? 'upload' : 'object'}`) {
      case 'POST upload': {
        const parts = uploads.get(uploadId);
        if (parts === undefined) {
          const id = randomUUID();
          uploads.set(id, new Map());
          const said = `<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
          response.end(xml(said));
          return;
        }
        objects.set(key, Buffer.concat([...parts].toSorted(([a], [b]) => a - b).map(([, part]) => part)));
        uploads.delete(uploadId);
        response.end(xml('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>'));
        return;
      }
      case 'PUT upload':
        uploads.get(uploadId)?.set(Number(searchParams.get('partNumber')), body);
        response.writeHead(200, { etag: etagOf(body) }).end();
        return;
      case 'DELETE upload':
        uploads.delete(uploadId);
        response.writeHead(204).end();
        return;
      case 'PUT object':
        objects.set(key, body);
        response.writeHead(200, { etag: etagOf(body) }).end();
        return;
      case 'DELETE object':
        objects.delete(key);
        response.writeHead(204).end();
        return;
      case 'GET object':
        if (key === '') {
          response.end(xml('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>'));
        } else if (object === undefined) {
          response.writeHead(404).end(xml('<Error><Code>NoSuchKey</Code></Error>'));
        } else sendObject(object, request, response);
        return;
      default:
        response.writeHead(400).end();
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { GRADUS_ARTIFACTS: `s3://key:secret@bucket/kept?endpoint=http://127.0.0.1:${port}` },
    objects,
    openUploads: () => uploads.size,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
