// What lifecycle tasks' targets are made of: looked up as tasks are handed out, and remembered.
import type { LifecycleTask, ReleaseId, TaskOrder } from '@gradus/domain';
import type { Store, StoredArtifact } from '@gradus/store';
import { LRUCache } from 'lru-cache';
import { BASE } from '../routes/base.js';

const REMEMBERED = 1_000;
/** A release that a plan has used stays what it is; once the plans are over it may be removed. */
const KNOWN_MS = 60_000;
/** One that comes late is not to be waited for. */
const MISSING_MS = 2_000;

export interface Targets {
  /** @returns the artifacts of the task's target; null where it is no release */
  artifactsOf(task: TaskOrder): Promise<readonly StoredArtifact[] | null>;
  /**
   * @param origin where the LCA reaches the api
   * @returns the tasks with what their targets are made of
   */
  equip(lcaUuid: string, tasks: readonly TaskOrder[], origin: string): Promise<LifecycleTask[]>;
}

export function createTargets(store: Store): Targets {
  const known = new LRUCache<string, { artifacts: Promise<readonly StoredArtifact[] | null> }>({
    max: REMEMBERED,
  });

  async function read(name: string, id: ReleaseId) {
    try {
      const release = await store.releases.get(id);
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
          const at = `${origin}${BASE}/lcas/${lcaUuid}/tasks/${task.lifecycleTaskUuid}/artifacts/`;
          return {
            ...task,
            artifacts: artifacts.map(({ contentKey: _, ...artifact }) => ({
              ...artifact,
              url: artifact.url ?? `${at}${artifact.filename}`,
            })),
          };
        }),
      ),
  };
}
