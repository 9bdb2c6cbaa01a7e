// Removes contents that no release has: of uploads whose api died before the release knew of them.
import type { Store } from '@gradus/store';
import type { Logger } from 'pino';
import type { ArtifactFiles } from './files.js';

/** Until then an upload may still be under way. */
const YOUNG_MS = 24 * 3_600_000;

export async function sweepOrphans(files: ArtifactFiles, store: Store, logger: Logger): Promise<void> {
  const old: string[] = [];
  for await (const { contentKey, writtenAt } of files.list()) {
    if (writtenAt + YOUNG_MS < store.now()) old.push(contentKey);
  }
  // Read after: what was kept in between is known by now.
  const known = await store.releases.contentKeys();
  const orphans = old.filter((contentKey) => !known.has(contentKey));
  for (const contentKey of orphans) await files.remove(contentKey);
  if (orphans.length > 0)
    logger.info({ removed: orphans.length }, 'artifacts that no release has were removed');
}

/** What a release has no more. A content that stays is found by {@link sweepOrphans}. */
export async function removeContents(
  files: ArtifactFiles | null,
  dropped: readonly { contentKey: string | null }[],
  logger: Logger,
): Promise<void> {
  for (const { contentKey } of dropped) {
    if (contentKey === null) continue;
    await files?.remove(contentKey).catch((err: unknown) => {
      logger.warn({ err, contentKey }, 'the content of an artifact could not be removed');
    });
  }
}
