// The documents that devices are answered, as hawkBit's clients want them.
import type { TaskOrder } from '@gradus/domain';
import type { StoredArtifact } from '@gradus/store';
import { actionIdOf } from './actionIds.js';

const SECOND_MS = 1_000;
const LONGEST_S = 24 * 3_600 - 1;
/** A poll is put off or brought forward by up to this share of its interval. */
const SPREAD = 1 / 6;

/** @returns a time between, so that devices that were started together do not poll together; as `HH:MM:SS` */
function sleepOf(intervalMs: number): string {
  const spreadMs = intervalMs * (1 + SPREAD * (2 * Math.random() - 1));
  const seconds = Math.min(LONGEST_S, Math.max(1, Math.round(spreadMs / SECOND_MS)));
  return [seconds / 3_600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':');
}

/** What a device is told at its poll. */
export interface Told {
  /** Lifecycle task uuids; one of them at most. */
  deployment: string | null;
  cancel: string | null;
  wantsConfig: boolean;
  intervalMs: number;
}

/** @param at the device's own address */
export function pollDocument(at: string, { deployment, cancel, wantsConfig, intervalMs }: Told) {
  const link = (path: string) => ({ href: `${at}/${path}` });
  return {
    config: { polling: { sleep: sleepOf(intervalMs) } },
    _links: {
      ...(deployment === null ? {} : { deploymentBase: link(`deploymentBase/${actionIdOf(deployment)}`) }),
      ...(cancel === null ? {} : { cancelAction: link(`cancelAction/${actionIdOf(cancel)}`) }),
      ...(wantsConfig ? { configData: link('configData') } : {}),
    },
  };
}

/** @returns those that a device can be given: the clients check SHA-1 */
export function deployable(artifacts: readonly StoredArtifact[] | null) {
  return (artifacts ?? []).flatMap((artifact) => {
    const { sha1 } = artifact;
    return sha1 === null ? [] : [{ ...artifact, sha1 }];
  });
}

/** @param at the device's own address */
export function deploymentDocument(at: string, task: TaskOrder, artifacts: ReturnType<typeof deployable>) {
  const id = actionIdOf(task.lifecycleTaskUuid);
  const linksOf = ({ filename, url }: (typeof artifacts)[number]) => {
    const href = url ?? `${at}/softwaremodules/${id}/artifacts/${filename}`;
    // A client that was built without TLS looks at the second alone.
    return href.startsWith('https:')
      ? { download: { href } }
      : { download: { href }, 'download-http': { href } };
  };
  return {
    id,
    deployment: {
      download: 'forced',
      update: 'forced',
      chunks: [
        {
          part: 'os',
          version: task.toVersion,
          name: task.componentName,
          artifacts: artifacts.map((artifact) => ({
            filename: artifact.filename,
            size: artifact.size,
            hashes: {
              sha1: artifact.sha1,
              ...(artifact.md5 === null ? {} : { md5: artifact.md5 }),
              sha256: artifact.sha256,
            },
            _links: linksOf(artifact),
          })),
        },
      ],
    },
  };
}

export function cancelDocument(lifecycleTaskUuid: string) {
  const id = actionIdOf(lifecycleTaskUuid);
  return { id, cancelAction: { stopId: id } };
}
