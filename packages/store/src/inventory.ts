// The inventory: which agents there are, what they run, and which plans have had them.
import type { Agent, AgentInput, ComponentFacts } from '@gradus/domain';
import pMap from 'p-map';
import { type BucketPart, byBucket } from './buckets.js';
import { isVoid } from './claims.js';
import { cursorAt, positionOf } from './cursors.js';
import { AGENT_BUCKETS } from './keys.js';
import type { Inventory, PutAgentResult, ResolvedFacts, VersionCount } from './port.js';
import { type AgentRecord, parseRecord, recordOf, sameButAttributes, shownAgent } from './records.js';
import { isNewerSchema } from './schema.js';
import { planStatusOf } from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import { wellFormedJson } from './wellFormed.js';

const PARTS_AT_ONCE = 16;
const AGENTS_LOOKED_AT_ONCE = 200;
/** A filtered listing looks at so many agents for a page before it answers what it has. */
const AGENTS_LOOKED_AT_MOST = 20_000;

/** Counts of versions are made anew so often while somebody looks: what has miscounted them is then over. */
const VERSIONS_KEPT_MS = 3_600_000;

/** An agent as it lies there, to be written only if nothing changed meanwhile. */
interface Read {
  agentId: string;
  record: string;
  history: string;
}

interface Putting {
  agentId: string;
  input: AgentInput;
  /** Where its result goes. */
  index: number;
}

export function createInventory(parts: StoreParts): Inventory {
  const { connection, scripts, keys, clock } = parts;

  async function read(bucket: number, agentIds: readonly string[]): Promise<Read[]> {
    const [records, histories] = await Promise.all([
      unlessAway(connection.hmget(keys.records(bucket), ...agentIds)),
      unlessAway(connection.hmget(keys.histories(bucket), ...agentIds)),
    ]);
    return agentIds.map((agentId, index) => ({
      agentId,
      record: records[index] ?? '',
      history: histories[index] ?? '',
    }));
  }

  /** @returns of each whether it was written: nothing had changed since it was read */
  async function write(
    bucket: number,
    changes: readonly { before: Read; record: string }[],
  ): Promise<boolean[]> {
    if (changes.length === 0) return [];
    const bucketKeys = [keys.records(bucket), keys.histories(bucket), keys.versions(bucket)];
    const args = changes.flatMap(({ before, record }) => [
      before.agentId,
      before.record,
      before.history,
      record,
    ]);
    const answers = (await scripts.raw('put-agents', bucketKeys, args)) as number[];
    return answers.map((answer) => answer === 1);
  }

  /** @returns finds the plan that has not ended and holds an agent, null where there is none; asks once of each */
  function holders(): (history: string) => Promise<string | null> {
    const asked = new Map<string, Promise<boolean>>();
    return async (history) => {
      const planId = history.split(' ')[0];
      if (planId === undefined || planId === '') return null;
      const answer = asked.get(planId) ?? isVoid(parts, planId);
      asked.set(planId, answer);
      return (await answer) ? null : planId;
    };
  }

  /** @returns those that somebody else changed meanwhile */
  async function putPart(
    { bucket, part }: BucketPart<Putting>,
    results: PutAgentResult[],
  ): Promise<Putting[]> {
    const holderOf = holders();
    const found = await read(
      bucket,
      part.map(({ agentId }) => agentId),
    );
    const changes: { one: Putting; before: Read; known: AgentRecord | null; after: AgentRecord }[] = [];
    for (const [index, one] of part.entries()) {
      const before = found[index] as Read;
      const known = before.record === '' ? null : parseRecord(before.record);
      const after = recordOf(one.agentId, one.input, known, clock.now());
      const planId = await holderOf(before.history);
      if (planId !== null && (known === null || !sameButAttributes(known, after))) {
        results[one.index] = { outcome: 'busy', planId };
      } else changes.push({ one, before, known, after });
    }
    const fresh = changes.flatMap(({ one, known }) => (known === null ? ['0', one.agentId] : []));
    if (fresh.length > 0) await unlessAway(connection.zadd(keys.agentIndex, ...fresh));
    const written = await write(
      bucket,
      changes.map(({ before, after }) => ({ before, record: wellFormedJson(after) })),
    );
    return changes.flatMap(({ one, known, after }, index) => {
      if (!written[index]) return [one];
      results[one.index] = { outcome: known === null ? 'created' : 'updated', agent: shownAgent(after) };
      return [];
    });
  }

  const putMany: Inventory['putMany'] = async (agents) => {
    const results: PutAgentResult[] = new Array(agents.length);
    let left = agents.map(({ agentId, input }, index): Putting => ({ agentId, input, index }));
    while (left.length > 0) {
      const put = (part: BucketPart<Putting>) => putPart(part, results);
      left = (await pMap(byBucket(keys, left), put, { concurrency: PARTS_AT_ONCE })).flat();
    }
    return results;
  };

  const changeAttributes: Inventory['changeAttributes'] = async (agentId, change) => {
    const bucket = keys.bucketOf(agentId);
    for (;;) {
      const [before] = (await read(bucket, [agentId])) as [Read];
      if (before.record === '') return false;
      const known = parseRecord(before.record);
      const record = wellFormedJson({ ...known, attributes: change(known.attributes) });
      const [isWritten] = await write(bucket, [{ before, record }]);
      if (isWritten) return true;
    }
  };

  const planOf: Inventory['planOf'] = async (agentId) => {
    const history = await unlessAway(connection.hget(keys.histories(keys.bucketOf(agentId)), agentId));
    const [planId = '', ordinal = ''] = (history ?? '').split(',')[0]?.split(' ') ?? [];
    if (planId === '') return null;
    const [[status, schema], [first, size]] = await Promise.all([
      unlessAway(connection.hmget(keys.plan(planId, 'plan'), 'status', 'schema')),
      unlessAway(connection.hmget(keys.plan(planId, 'batch'), 'first', 'size')),
    ]);
    if (!status || status === 'creating' || isNewerSchema(schema)) return null;
    const place = Number(ordinal) - Number(first ?? Number.NaN);
    const isInCurrentBatch = place >= 0 && place < Number(size ?? 0);
    return { planId, status: planStatusOf({ status }), isInCurrentBatch };
  };

  const remove: Inventory['remove'] = async (agentId) => {
    const bucket = keys.bucketOf(agentId);
    for (;;) {
      const [before] = (await read(bucket, [agentId])) as [Read];
      if (before.record === '') return { outcome: 'not-found' };
      const planId = await holders()(before.history);
      if (planId !== null) return { outcome: 'busy', planId };
      const [isWritten] = await write(bucket, [{ before, record: '' }]);
      if (isWritten) {
        await unlessAway(connection.zrem(keys.agentIndex, agentId));
        return { outcome: 'removed' };
      }
    }
  };

  /** @returns the records, null where the inventory does not know the agent, in the ids' order */
  async function readMany(agentIds: readonly string[]): Promise<(AgentRecord | null)[]> {
    const texts = await Promise.all(
      agentIds.map((agentId) => unlessAway(connection.hget(keys.records(keys.bucketOf(agentId)), agentId))),
    );
    return texts.map((text) => (text === null ? null : parseRecord(text)));
  }

  const list: Inventory['list'] = async ({ lcaUuid, version, limit, cursor }) => {
    let position = positionOf('agents', cursor, /^[A-Za-z0-9._:-]{1,128}$/);
    const items: Agent[] = [];
    for (let looked = 0; looked < AGENTS_LOOKED_AT_MOST; looked += AGENTS_LOOKED_AT_ONCE) {
      const from = position === undefined ? '-' : `(${position}`;
      const agentIds = await unlessAway(
        connection.zrange(keys.agentIndex, from, '+', 'BYLEX', 'LIMIT', 0, AGENTS_LOOKED_AT_ONCE),
      );
      for (const [index, record] of (await readMany(agentIds)).entries()) {
        const matches =
          record !== null &&
          (lcaUuid === undefined || record.lcaUuid === lcaUuid) &&
          (version === undefined || record.components.some((instance) => instance.actualVersion === version));
        if (matches && items.length === limit)
          return { items, nextCursor: cursorAt('agents', position ?? '') };
        if (matches) items.push(shownAgent(record));
        position = agentIds[index];
      }
      if (agentIds.length < AGENTS_LOOKED_AT_ONCE) return { items, nextCursor: null };
    }
    return { items, nextCursor: cursorAt('agents', position ?? '') };
  };

  const recordFacts: Inventory['recordFacts'] = async (report) => {
    const bucket = keys.bucketOf(report.agentId);
    const bucketKeys = [keys.records(bucket), keys.histories(bucket), keys.versions(bucket)];
    const answer = await scripts.run<{ components?: (ComponentFacts & Resolved)[]; plans: string } | false>(
      'record-facts',
      bucketKeys,
      report,
    );
    if (answer === false) return { outcome: 'unknown-agent' };
    const components = (answer.components ?? []).map(
      (facts): ResolvedFacts => ({
        componentInstanceUuid: facts.componentInstanceUuid,
        runtimeStatus: facts.runtimeStatus ?? null,
        actualVersion: facts.actualVersion ?? null,
        actualRelease: facts.actualRelease ?? null,
      }),
    );
    const [planId = '', ordinal = ''] = (answer.plans.split(',')[0] ?? '').split(' ');
    const plan = planId === '' ? null : { planId, agentOrdinal: Number(ordinal) };
    return { outcome: 'recorded', components, plan };
  };

  const countVersions: Inventory['countVersions'] = async () => {
    const buckets = Array.from({ length: AGENT_BUCKETS }, (_, bucket) =>
      scripts.raw(
        'count-versions',
        [keys.records(bucket), keys.versions(bucket)],
        [String(VERSIONS_KEPT_MS)],
      ),
    );
    const counted = (await Promise.all(buckets)) as [agents: number, versions: string[]][];
    const instances = new Map<string, number>();
    let agents = 0;
    for (const [ofBucket, versions] of counted) {
      agents += ofBucket;
      for (let index = 0; index < versions.length; index += 2) {
        const of = versions[index] ?? '';
        instances.set(of, (instances.get(of) ?? 0) + Number(versions[index + 1]));
      }
    }
    const items = [...instances].map(([of, count]): VersionCount => {
      const [componentName, actualVersion, actualRelease] = JSON.parse(of) as [
        string,
        string | null,
        string | null,
      ];
      return { componentName, actualVersion, actualRelease, instances: count };
    });
    return { agents, items: items.sort((a, b) => b.instances - a.instances) };
  };

  return {
    put: async (agentId, input) => (await putMany([{ agentId, input }]))[0] as PutAgentResult,
    putMany,
    get: async (agentId) => {
      const [record] = await readMany([agentId]);
      return record ? shownAgent(record) : null;
    },
    list,
    countVersions,
    remove,
    lcasOf: async (agentIds) => {
      const records = await readMany(agentIds);
      const known = records.filter((record) => record !== null);
      return new Map(known.map((record) => [record.agentId, record.lcaUuid]));
    },
    recordFacts,
    changeAttributes,
    planOf,
  };
}

type Resolved = Pick<ResolvedFacts, 'componentInstanceUuid'>;
