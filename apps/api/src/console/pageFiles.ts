// The files of the built console, kept in memory: each as it is, and compressed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Partial<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageFile {
  body: Uint8Array<ArrayBuffer>;
  gzipped: Uint8Array<ArrayBuffer>;
  type: string;
  etag: string;
}

function readFile(path: string): PageFile {
  const body = new Uint8Array(readFileSync(path));
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return {
    body,
    gzipped: new Uint8Array(gzipSync(body, { level: 9 })),
    type: TYPES[extname(path)] ?? 'application/octet-stream',
    etag: `W/"${digest}"`,
  };
}

/** @returns the files by their paths below the folder; none where it is not there, as before a build */
export function readPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => extname(name) !== '');
  return new Map(files.map((name) => [name.replaceAll('\\', '/'), readFile(join(folder, name))]));
}
