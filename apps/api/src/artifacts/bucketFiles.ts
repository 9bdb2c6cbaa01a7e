// Artifacts in a bucket of Amazon S3, or of a store that speaks as it does.
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ArtifactFiles, FilesPlace } from './files.js';

export function openBucketFiles(place: Extract<FilesPlace, { kind: 's3' }>): ArtifactFiles {
  const { bucket, prefix, endpoint, region, forcePathStyle, credentials } = place;
  const client = new S3Client({
    region,
    forcePathStyle,
    // Many stores but Amazon's refuse the checksums that are sent by default; the content's own hash is checked anyhow.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  const at = (contentKey: string) => ({ Bucket: bucket, Key: `${prefix}${contentKey}` });
  return {
    write: async (contentKey, bytes) => {
      // Where the bytes break off it aborts itself; an object is there once its parts are completed.
      const upload = new Upload({ client, params: { ...at(contentKey), Body: bytes } });
      await upload.done();
    },
    read: async (contentKey, range) => {
      try {
        const Range = range === null ? undefined : `bytes=${range.start}-${range.end}`;
        const { Body } = await client.send(new GetObjectCommand({ ...at(contentKey), Range }));
        // On Node.js it is one.
        return (Body ?? null) as Readable | null;
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        throw error;
      }
    },
    remove: async (contentKey) => {
      await client.send(new DeleteObjectCommand(at(contentKey)));
    },
    list: async function* () {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
      for await (const { Contents = [] } of pages) {
        for (const { Key = '', LastModified } of Contents) {
          yield { contentKey: Key.slice(prefix.length), writtenAt: LastModified?.getTime() ?? Date.now() };
        }
      }
    },
  };
}
