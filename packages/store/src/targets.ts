// What lifecycle tasks' targets are made of: looked up as tasks are handed out, and remembered.
import { type ReleaseId, taskArtifactPath } from '@gradus/domain';
import { LRUCache } from 'lru-cache';
import type { Releases, StoredArtifact, Targets } from './port.js';

const REMEMBERED = 1_000;
/** A release that a plan has used stays what it is; once the plans are over it may be removed. */
const KNOWN_MS = 60_000;
/** One that comes late is not to be waited for. */
const MISSING_MS = 2_000;

export function createTargets(releases: Releases): Targets {
  const known = new LRUCache<string, { artifacts: Promise<readonly StoredArtifact[] | null> }>({
    max: REMEMBERED,
  });

  async function read(name: string, id: ReleaseId) {
    try {
      const release = await releases.get(id);
      if (release === null) known.set(name, { artifacts: Promise.resolve(null) }, { ttl: MISSING_MS });
      return release?.artifacts ?? null;
    } catch (error) {
      known.delete(name);
      throw error;
    }
  }

  const artifactsOf: Targets['artifactsOf'] = ({ componentName, toVersion, toRelease }) => {
    const name = JSON.stringify([componentName, toVersion, toRelease]);
    const found = known.get(name);
    if (found !== undefined) return found.artifacts;
    const artifacts = read(name, { componentName, version: toVersion, release: toRelease });
    known.set(name, { artifacts }, { ttl: KNOWN_MS });
    return artifacts;
  };

  return {
    artifactsOf,
    equip: (lcaUuid, tasks, origin) =>
      Promise.all(
        tasks.map(async (task) => {
          const artifacts = (await artifactsOf(task)) ?? [];
          const { lifecycleTaskUuid } = task;
          return {
            ...task,
            artifacts: artifacts.map(({ contentKey: _, ...artifact }) => ({
              ...artifact,
              url: artifact.url ?? origin + taskArtifactPath(lcaUuid, lifecycleTaskUuid, artifact.filename),
            })),
          };
        }),
      ),
  };
}
