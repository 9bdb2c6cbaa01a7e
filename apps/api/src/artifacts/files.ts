// Where the contents of uploaded artifacts are kept.
import type { Readable } from 'node:stream';

/** Bytes from the first to the last one, both of them included. */
export interface ByteRange {
  start: number;
  end: number;
}

export interface ArtifactFiles {
  /** Nothing is there before all of it is; where the bytes break off, nothing ever is. */
  write(contentKey: string, bytes: Readable): Promise<void>;
  /** @returns the bytes; null where there is no such content */
  read(contentKey: string, range: ByteRange | null): Promise<Readable | null>;
  /** Nothing where there is no such content. */
  remove(contentKey: string): Promise<void>;
  /** Everything that is kept; `writtenAt` in milliseconds since 1970. */
  list(): AsyncIterable<{ contentKey: string; writtenAt: number }>;
}

/** Where the files are, as the settings say. */
export type FilesPlace =
  | { kind: 'folder'; path: string }
  | {
      kind: 's3';
      bucket: string;
      /** Goes before every key; empty, or with a slash at its end. */
      prefix: string;
      /** Of a store that is not Amazon's. */
      endpoint: string | undefined;
      region: string;
      /** The bucket is named in the path, as most stores but Amazon's want it. */
      forcePathStyle: boolean;
      /** Without: what the environment, the machine or the cluster gives. */
      credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
    };
