// The tree as a newer version of it would be, built: it knows what this one knows, and writes what this one does not.
import { rm } from 'node:fs/promises';
import { buildCopy, copyTree, type PlantedBug, withPlanted } from './plantedBugs.js';

const APPS = ['apps/api', 'apps/worker'];

type Edit = PlantedBug['edits'][number];

/** What may be one higher in it. */
export const NEWER = {
  jobs: {
    file: 'packages/queues/src/catalogue.ts',
    from: 'export const JOB_VERSION = 1;',
    to: 'export const JOB_VERSION = 2;',
  },
  plans: {
    file: 'packages/store/src/schema.ts',
    from: 'export const PLAN_SCHEMA = 1;',
    to: 'export const PLAN_SCHEMA = 2;',
  },
  store: {
    file: 'packages/store/src/schema.ts',
    from: 'export const STORE_SCHEMA = 1;',
    to: 'export const STORE_SCHEMA = 2;',
  },
} satisfies Record<string, Edit>;

export interface NewerBuild {
  /** Where it is. */
  root: string;
  remove(): Promise<void>;
}

/** @param edits of {@link NEWER} */
export async function buildNewer(edits: readonly Edit[]): Promise<NewerBuild> {
  const root = await copyTree(APPS);
  await withPlanted(root, { name: 'a newer version', edits }, () => buildCopy(root, APPS));
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}
