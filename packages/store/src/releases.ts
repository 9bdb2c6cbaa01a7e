// Releases: what there is to be installed, and which plans have it for their targets.
import type { ReleaseId } from '@gradus/domain';
import { isVoid } from './claims.js';
import { cursorAt, positionOf } from './cursors.js';
import type { PutReleaseResult, Releases, StoredArtifact, StoredRelease } from './port.js';
import { instant } from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import { wellFormedJson } from './wellFormed.js';

/** Of more plans than these, those that are over are forgotten. */
const USERS_KEPT = 20;
/** So many are looked at for each new one, in turn: how many use a release is not to be felt. */
const USERS_LOOKED_AT = 4;

/** As it lies in Redis. */
interface ReleaseRecord {
  artifacts: StoredArtifact[];
  createdAt: number;
  /** When it was removed: what it was made of is remembered, so that it never comes back as something else. */
  goneAt?: number;
}

/** A release as it lies there, to be written only if nothing changed meanwhile. */
interface Read {
  record: string;
  users: string;
}

/** @returns the release as one text, which sorts by component first */
function nameOf({ componentName, version, release }: ReleaseId): string {
  return [componentName, version, release].map((part) => encodeURIComponent(part.toWellFormed())).join('/');
}

function idOf(name: string): ReleaseId {
  const [componentName = '', version = '', release = ''] = name.split('/').map(decodeURIComponent);
  return { componentName, version, release };
}

function parse(text: string): ReleaseRecord | null {
  return text === '' ? null : (JSON.parse(text) as ReleaseRecord);
}

function shown(name: string, { artifacts, createdAt }: ReleaseRecord, users: string): StoredRelease {
  return { ...idOf(name), artifacts, createdAt: instant(createdAt) ?? '', used: users !== '' };
}

/** What makes an artifact what it is, wherever it lies. */
function essenceOf(artifacts: readonly StoredArtifact[]): string {
  const parts = artifacts.map(({ contentKey: _, url: __, ...artifact }) => [
    ...Object.entries(artifact).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  return JSON.stringify(parts);
}

function firstOf(users: string): string {
  return users.split(',')[0] ?? '';
}

export function createReleases(parts: StoreParts): Releases {
  const { connection, scripts, keys, clock } = parts;
  const [records, usersOf, index] = keys.releases;

  async function read(name: string): Promise<Read> {
    const [record, users] = await Promise.all([
      unlessAway(connection.hget(records, name)),
      unlessAway(connection.hget(usersOf, name)),
    ]);
    return { record: record ?? '', users: users ?? '' };
  }

  /** @returns whether it was written: nothing had changed since it was read */
  async function write(name: string, before: Read, record: ReleaseRecord | null): Promise<boolean> {
    const text = record === null ? '' : wellFormedJson(record);
    const isShown = record !== null && record.goneAt === undefined ? '1' : '0';
    const args = [name, before.record, before.users, text, isShown];
    return (await scripts.raw('put-release', keys.releases, args)) === 1;
  }

  const put: Releases['put'] = async (id, artifactsOf): Promise<PutReleaseResult> => {
    const name = nameOf(id);
    for (;;) {
      const found = await read(name);
      const known = parse(found.record);
      const before = known?.goneAt === undefined ? known : null;
      const artifacts = [...artifactsOf(before?.artifacts ?? [])];
      const isFixed = found.users !== '' && known !== null;
      if (isFixed && essenceOf(known.artifacts) !== essenceOf(artifacts)) {
        return { outcome: 'in-use', planId: firstOf(found.users) };
      }
      const record = { artifacts, createdAt: before?.createdAt ?? clock.now() };
      if (!(await write(name, found, record))) continue;
      const kept = new Set(artifacts.map(({ contentKey }) => contentKey));
      return {
        outcome: before === null ? 'created' : 'updated',
        release: shown(name, record, found.users),
        dropped: (before?.artifacts ?? []).filter(({ contentKey }) => !kept.has(contentKey)),
      };
    }
  };

  /** @returns a plan that has the release for a target and has not ended, null where there is none */
  async function holderOf(users: string): Promise<string | null> {
    for (const planId of users.split(',')) {
      if (planId !== '' && !(await isVoid(parts, planId))) return planId;
    }
    return null;
  }

  const remove: Releases['remove'] = async (id) => {
    const name = nameOf(id);
    for (;;) {
      const found = await read(name);
      const known = parse(found.record);
      if (known === null || known.goneAt !== undefined) return { outcome: 'not-found' };
      const planId = await holderOf(found.users);
      if (planId !== null) return { outcome: 'in-use', planId };
      const remembered = found.users === '' ? null : { ...known, goneAt: clock.now() };
      if (await write(name, found, remembered)) return { outcome: 'removed', dropped: known.artifacts };
    }
  };

  const list: Releases['list'] = async ({ componentName, limit, cursor }) => {
    const position = positionOf('releases', cursor, /^[^/\s]*\/[^/\s]*\/[^/\s]*$/);
    const prefix = componentName === undefined ? '' : `${encodeURIComponent(componentName.toWellFormed())}/`;
    const from = position === undefined ? (prefix === '' ? '-' : `[${prefix}`) : `(${position}`;
    // The character after the slash.
    const to = prefix === '' ? '+' : `(${prefix.slice(0, -1)}0`;
    const found = await unlessAway(connection.zrange(index, from, to, 'BYLEX', 'LIMIT', 0, limit + 1));
    const names = found.slice(0, limit);
    const read = await Promise.all(names.map(async (name) => ({ name, ...(await readShown(name)) })));
    const items = read.flatMap(({ release }) => (release === null ? [] : [release]));
    const last = names.at(-1);
    return { items, nextCursor: found.length > limit && last ? cursorAt('releases', last) : null };
  };

  async function readShown(name: string): Promise<{ release: StoredRelease | null }> {
    const { record, users } = await read(name);
    const known = parse(record);
    return { release: known === null || known.goneAt !== undefined ? null : shown(name, known, users) };
  }

  return {
    put,
    get: async (id) => (await readShown(nameOf(id))).release,
    list,
    remove,
    contentKeys: async () => {
      const texts = await unlessAway(connection.hvals(records));
      const contentKeys = texts.flatMap((text) => {
        const { artifacts, goneAt } = JSON.parse(text) as ReleaseRecord;
        return goneAt === undefined ? artifacts.map(({ contentKey }) => contentKey) : [];
      });
      return new Set(contentKeys.filter((key) => key !== null));
    },
  };
}

/** How a plan's targets are to be there. */
export interface Demand {
  /** A target that is no release is refused. */
  refuseMissing: boolean;
  /** One is refused that was removed, though it need not be there otherwise. */
  refuseGone: boolean;
}

/** @returns those of the targets that are refused; nothing is written */
export async function missingReleases(
  { connection, keys }: StoreParts,
  targets: readonly ReleaseId[],
  { refuseMissing, refuseGone }: Demand,
): Promise<ReleaseId[]> {
  if (targets.length === 0 || !(refuseMissing || refuseGone)) return [];
  const texts = await unlessAway(connection.hmget(keys.releases[0], ...targets.map(nameOf)));
  return targets.filter((_, position) => {
    const record = parse(texts[position] ?? '');
    return record === null ? refuseMissing : record.goneAt !== undefined;
  });
}

/**
 * Notes that the plan has these targets, so that they stay what they are.
 *
 * @returns those that are refused; then none is noted
 */
export async function useReleases(
  parts: StoreParts,
  planId: string,
  targets: readonly ReleaseId[],
  demand: Demand,
): Promise<ReleaseId[]> {
  const { connection, keys, scripts } = parts;
  if (targets.length === 0) return [];
  const [records, usersOf] = keys.releases;
  const releases = targets.map(nameOf);
  const users = await unlessAway(connection.hmget(usersOf, ...releases));
  const lookedAt = users.flatMap((text) => {
    const plans = (text ?? '').split(',');
    return plans.length > USERS_KEPT ? plans.slice(-USERS_LOOKED_AT) : [];
  });
  const over = await Promise.all(lookedAt.map((user) => isVoid(parts, user)));
  const voidPlans = lookedAt.filter((_, position) => over[position]);
  const input = { planId, releases, lookedAt, voidPlans, ...demand };
  const refused = await scripts.raw('use-releases', [records, usersOf], [JSON.stringify(input)]);
  return (JSON.parse(String(refused)) as string[]).map(idOf);
}
