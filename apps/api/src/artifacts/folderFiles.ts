// Artifacts in a folder, which all apis share where there are several.
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArtifactFiles } from './files.js';

/** What is not whole yet. */
const PARTIAL = '.part';

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The renaming itself is to outlive a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export async function openFolderFiles(path: string): Promise<ArtifactFiles> {
  await mkdir(path, { recursive: true });
  const fileOf = (contentKey: string) => join(path, contentKey);
  return {
    write: async (contentKey, bytes) => {
      const file = fileOf(contentKey);
      const partial = `${file}${PARTIAL}`;
      try {
        await pipeline(bytes, createWriteStream(partial, { flags: 'wx', flush: true }));
        await rename(partial, file);
        await syncFolder(path);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },
    read: async (contentKey, range) => {
      try {
        const file = await open(fileOf(contentKey));
        return file.createReadStream(range ?? {});
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    remove: (contentKey) => rm(fileOf(contentKey), { force: true }),
    list: async function* () {
      for (const name of await readdir(path)) {
        try {
          yield { contentKey: name, writtenAt: (await stat(fileOf(name))).mtimeMs };
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }
    },
  };
}
