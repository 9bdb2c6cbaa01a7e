// Sending an artifact's content: all of it, or the range that a client still lacks.
import { Readable } from 'node:stream';
import type { StoredArtifact } from '@gradus/store';
import type { Context } from 'hono';
import parseRange from 'range-parser';
import { taggedWith } from '../entityTag.js';
import type { ApiDeps, ApiEnv } from '../env.js';
import { Problem } from '../errors.js';
import type { ByteRange } from './files.js';

/** What a range is asked of: `whole` where none is asked for, or none that is served. */
type Wanted = ByteRange | 'whole' | 'unsatisfiable';

function wantedOf(c: Context<ApiEnv>, size: number, etag: string): Wanted {
  const header = c.req.header('Range');
  const ifRange = c.req.header('If-Range');
  if (header === undefined || (ifRange !== undefined && ifRange !== etag)) return 'whole';
  const ranges = parseRange(size, header, { combine: true });
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return 'whole';
  const [{ start, end } = { start: 0, end: size - 1 }] = ranges;
  return { start, end };
}

export function noSuchArtifact(filename: string): Problem {
  return new Problem('not-found', `There is no artifact ${filename} that is kept here.`);
}

/**
 * @returns the answer: 200, or 206 where a range was asked for
 * @throws Problem `range-not-satisfiable`, `not-found` where the artifact lies elsewhere, `unavailable` where its content cannot be had
 */
export async function sendArtifact(
  c: Context<ApiEnv>,
  { artifactFiles }: Pick<ApiDeps, 'artifactFiles'>,
  { filename, size, sha256, contentKey }: StoredArtifact,
): Promise<Response> {
  if (contentKey === null) throw noSuchArtifact(filename);
  // It takes as long as the client's line does, and holds no more than a file open.
  c.get('admission').wait();
  const etag = `"${sha256}"`;
  const headers = { 'Accept-Ranges': 'bytes', ...taggedWith(etag) };
  if (c.req.header('If-None-Match') === etag) return c.body(null, 304, headers);
  const wanted = wantedOf(c, size, etag);
  if (wanted === 'unsatisfiable') {
    const told = { headers: { 'Content-Range': `bytes */${size}` } };
    throw new Problem('range-not-satisfiable', `The file has ${size} bytes.`, {}, told);
  }
  const range = wanted === 'whole' ? null : wanted;
  const about = {
    ...headers,
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${filename}"`,
    'Content-Length': String(range === null ? size : range.end - range.start + 1),
    ...(range === null ? {} : { 'Content-Range': `bytes ${range.start}-${range.end}/${size}` }),
  };
  const status = range === null ? 200 : 206;
  if (c.req.method === 'HEAD') return c.body(null, status, about);
  const content = await artifactFiles?.read(contentKey, range);
  if (!content) throw new Problem('unavailable', `The content of ${filename} is not to be had here now.`);
  return c.body(Readable.toWeb(content) as ReadableStream<Uint8Array>, status, about);
}
