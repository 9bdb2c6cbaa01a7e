// All artifacts of a task: downloaded, verified, and laid into one folder for its command.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '@gradus/domain';
import { ArtifactFault, download, type Source } from './download.js';
import { type PublicKeys, verifySignature } from './signature.js';

/** One name in the folder, and no way out of it. */
const FILENAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
const SHA256 = /^[0-9a-fA-F]{64}$/;

/**
 * @param taskFolder of the task
 * @param keys empty: signatures are not looked at
 * @returns the folder with the files, which is empty where there are none
 * @throws ArtifactFault, the signal's reason where that aborts
 */
export async function fetchArtifacts(
  artifacts: readonly Artifact[],
  taskFolder: string,
  keys: PublicKeys,
  source: Source,
  signal: AbortSignal,
): Promise<string> {
  const folder = artifactFolder(taskFolder);
  await mkdir(folder, { recursive: true });
  for (const artifact of artifacts) {
    check(artifact);
    const path = await download(artifact, folder, source, signal);
    if (keys.size > 0) await verifySignature(artifact, path, keys);
  }
  return folder;
}

/** What came is not needed any more. */
export async function dropArtifacts(taskFolder: string): Promise<void> {
  await rm(artifactFolder(taskFolder), { recursive: true, force: true });
}

function artifactFolder(taskFolder: string): string {
  return join(taskFolder, 'artifacts');
}

function check({ filename, size, sha256, url }: Artifact): void {
  if (!FILENAME.test(filename) || filename.endsWith('.part')) {
    throw new ArtifactFault(JSON.stringify(filename), 'it has a name that is not taken');
  }
  if (!Number.isSafeInteger(size) || size < 1) throw new ArtifactFault(filename, 'its size is not said');
  // Without it nobody knows what came.
  if (!SHA256.test(sha256)) throw new ArtifactFault(filename, 'its sha256 is not said');
  if (typeof url !== 'string') throw new ArtifactFault(filename, 'where it lies is not said');
}
