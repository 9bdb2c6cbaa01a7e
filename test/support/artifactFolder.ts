// A folder of the test's own for uploaded artifacts.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';

export interface ArtifactFolder {
  path: string;
  /** What makes the api keep its artifacts there. */
  env: { GRADUS_ARTIFACTS: string };
  /** The names of what is kept, and of what is not whole. */
  names(): string[];
}

/** Goes with the test file. */
export function makeArtifactFolder(): ArtifactFolder {
  const path = mkdtempSync(join(tmpdir(), 'gradus-artifacts-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return { path, env: { GRADUS_ARTIFACTS: pathToFileURL(path).href }, names: () => readdirSync(path) };
}
