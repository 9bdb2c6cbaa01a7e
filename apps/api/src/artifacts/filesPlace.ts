// The setting that says where uploaded artifacts are kept, as an address.
import { fileURLToPath } from 'node:url';
import { z } from '@hono/zod-openapi';
import type { FilesPlace } from './files.js';

const RULE =
  'must be a folder such as file:///var/lib/gradus/artifacts, or a bucket such as ' +
  's3://bucket/prefix?region=eu-central-1, or s3://KEY:SECRET@bucket?endpoint=https://minio.example';

function bucketOf(address: URL): FilesPlace | null {
  const { hostname, pathname, searchParams, username, password } = address;
  const endpoint = searchParams.get('endpoint') ?? undefined;
  if (hostname === '' || (endpoint !== undefined && !/^https?:\/\/./.test(endpoint))) return null;
  if ((username === '') !== (password === '')) return null;
  const prefix = decodeURIComponent(pathname.slice(1));
  return {
    kind: 's3',
    bucket: hostname,
    prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`,
    endpoint,
    region: searchParams.get('region') ?? 'us-east-1',
    forcePathStyle: (searchParams.get('pathStyle') ?? String(endpoint !== undefined)) === 'true',
    credentials:
      username === ''
        ? undefined
        : { accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) },
  };
}

function placeOf(text: string): FilesPlace | null {
  try {
    const address = new URL(text);
    if (address.protocol === 's3:') return bucketOf(address);
    return address.protocol === 'file:' ? { kind: 'folder', path: fileURLToPath(address) } : null;
  } catch {
    return null;
  }
}

export const filesPlace = z.string().transform((text, ctx): FilesPlace => {
  const place = placeOf(text);
  if (place !== null) return place;
  ctx.addIssue({ code: 'custom', message: RULE });
  return z.NEVER;
});
