// What the fleet runs, kept up to date while it is looked at.
import type { AgentVersions } from '@gradus/client';
import { signal } from '@preact/signals';
import { client } from '../api.js';
import { poll } from '../poll.js';
import { byVersion } from '../words/versions.js';

const POLL_MS = 3_000;

export type VersionCount = AgentVersions['items'][number];

/** @returns the counts by component, each the newest version first */
export function byComponent({ items }: AgentVersions): [componentName: string, counts: VersionCount[]][] {
  const groups = Map.groupBy(items, ({ componentName }) => componentName);
  return [...groups].map(([name, counts]) => [
    name,
    counts.toSorted(
      (a, b) => byVersion(a.actualVersion, b.actualVersion) || byVersion(a.actualRelease, b.actualRelease),
    ),
  ]);
}

export function watchVersions() {
  const versions = signal<AgentVersions | null>(null);
  const fault = signal<unknown>(null);
  const polling = poll(async (abort) => {
    try {
      versions.value = await client.listAgentVersions({ signal: abort });
      fault.value = null;
    } catch (error) {
      if (!abort.aborted) fault.value = error;
    }
  }, POLL_MS);
  return { versions, fault, stop: polling.stop };
}
