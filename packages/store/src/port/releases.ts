// Releases, and what tasks' targets are made of.
import type { Artifact, LifecycleTask, Release, ReleaseId, TaskOrder } from '@gradus/domain';
import type { Page } from './pages.js';

/** An artifact as it is kept. */
export interface StoredArtifact extends Omit<Artifact, 'url'> {
  /** Where it lies; null where Gradus keeps it. */
  url: string | null;
  /** What its content goes by among the kept files; null where it lies elsewhere. */
  contentKey: string | null;
}

export interface StoredRelease extends Omit<Release, 'artifacts'> {
  artifacts: StoredArtifact[];
}

/** `dropped`: what the release had before and has no more. */
export type PutReleaseResult =
  | { outcome: 'created' | 'updated'; release: StoredRelease; dropped: StoredArtifact[] }
  | { outcome: 'in-use'; planId: string };

/** What there is to be installed. */
export interface Releases {
  /**
   * Nothing changes of a release that a plan has used, also where it was removed since: to be told the same again is
   * no change.
   *
   * @param artifactsOf given what is there, as often as somebody else changes it meanwhile
   */
  put(
    id: ReleaseId,
    artifactsOf: (before: readonly StoredArtifact[]) => readonly StoredArtifact[],
  ): Promise<PutReleaseResult>;
  get(id: ReleaseId): Promise<StoredRelease | null>;
  /** By component, version and release, as texts. @throws InvalidCursor */
  list(page: {
    componentName?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<StoredRelease>>;
  /** Not while a plan that has not ended has it for its target. */
  remove(
    id: ReleaseId,
  ): Promise<
    | { outcome: 'removed'; dropped: StoredArtifact[] }
    | { outcome: 'not-found' }
    | { outcome: 'in-use'; planId: string }
  >;
  /** @returns what the contents of all artifacts go by */
  contentKeys(): Promise<Set<string>>;
}

/** What lifecycle tasks' targets are made of. */
export interface Targets {
  /** @returns the artifacts of the task's target; null where it is no release */
  artifactsOf(task: TaskOrder): Promise<readonly StoredArtifact[] | null>;
  /**
   * @param origin where the LCA reaches the api
   * @returns the tasks with what their targets are made of
   */
  equip(lcaUuid: string, tasks: readonly TaskOrder[], origin: string): Promise<LifecycleTask[]>;
}
