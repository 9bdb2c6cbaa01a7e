// Taking an artifact's content in: hashed and counted as it comes, and kept only where it is what it was said to be.
import { createHash, randomUUID } from 'node:crypto';
import { pipeline, Readable, Transform } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Fault } from '@gradus/domain';
import { Problem } from '../errors.js';
import type { ArtifactFiles } from './files.js';

const HASHES = ['sha256', 'sha1', 'md5'] as const;

/** What the content is; of what is said of it beforehand, parts may be left out. */
export interface Content {
  size: number;
  sha256: string;
  sha1: string;
  md5: string;
}

export type Said = { [Part in keyof Content]?: Content[Part] | undefined };

function refuse(faults: readonly Fault[]): Problem {
  return new Problem('validation-failed', 'The content is not what it was said to be.', { errors: faults });
}

/** Lets the bytes by; at their end it knows what they were, and breaks off where that is not what was said. */
function measure(said: Said, limitBytes: number) {
  const hashes = HASHES.map((name) => ({ name, hash: createHash(name) }));
  let size = 0;
  let content: Content | null = null;
  const through = new Transform({
    transform: (chunk: Buffer, _, done) => {
      size += chunk.byteLength;
      if (size > limitBytes) {
        done(new Problem('body-too-large', `An artifact has at most ${limitBytes} bytes.`));
        return;
      }
      for (const { hash } of hashes) hash.update(chunk);
      done(null, chunk);
    },
    flush: (done) => {
      const digests = Object.fromEntries(hashes.map(({ name, hash }) => [name, hash.digest('hex')]));
      const found = { size, ...digests } as Content;
      const faults = (Object.keys(found) as (keyof Content)[]).flatMap((part): Fault[] => {
        const wanted = said[part];
        if (wanted === undefined || wanted === found[part]) return [];
        const path = part === 'size' ? 'header.content-length' : `query.${part}`;
        return [{ path, message: `is not that of the content, which is ${found[part]}` }];
      });
      if (size === 0) faults.push({ path: 'body', message: 'must not be empty' });
      content = found;
      done(faults.length === 0 ? null : refuse(faults));
    },
  });
  return { through, content: () => content };
}

/**
 * @param said of the content beforehand
 * @param gone aborts where whoever sends it has hung up
 * @returns what the content is, and what it is kept under
 * @throws Problem `validation-failed` where it is not what was said, `body-too-large`
 */
export async function receiveContent(
  files: ArtifactFiles,
  bytes: ReadableStream<Uint8Array>,
  said: Said,
  { limitBytes, gone }: { limitBytes: number; gone: AbortSignal },
): Promise<Content & { contentKey: string }> {
  const contentKey = randomUUID();
  const { through, content } = measure(said, limitBytes);
  const source = Readable.fromWeb(bytes, { signal: gone });
  let fault: unknown;
  pipeline(source, through, (error) => {
    fault = error ?? undefined;
  });
  try {
    await files.write(contentKey, through);
  } catch (error) {
    // The files may tell of it in words of their own.
    throw fault ?? error;
  }
  const found = content();
  if (found === null) throw new Problem('unavailable', 'The content broke off. Send it again.');
  return { ...found, contentKey };
}
