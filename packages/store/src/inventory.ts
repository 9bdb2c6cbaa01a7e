// The inventory: which agents there are, what they run, and which plans have had them.
import type { Agent, AgentInput, ComponentFacts } from '@gradus/domain';
import { isVoid } from './claims.js';
import { cursorAt, positionOf } from './cursors.js';
import type { Inventory, PutAgentResult, ResolvedFacts } from './port.js';
import { type AgentRecord, parseRecord, recordOf, sameButAttributes, shownAgent } from './records.js';
import { isNewerSchema } from './schema.js';
import { planStatusOf } from './stored.js';
import { unlessAway } from './storeFaults.js';
import type { StoreParts } from './storeParts.js';
import { wellFormedJson } from './wellFormed.js';

const AGENTS_LOOKED_AT_ONCE = 200;
/** A filtered listing looks at so many agents for a page before it answers what it has. */
const AGENTS_LOOKED_AT_MOST = 20_000;

/** An agent as it lies there, to be written only if nothing changed meanwhile. */
interface Read {
  record: string;
  history: string;
}

export function createInventory(parts: StoreParts): Inventory {
  const { connection, scripts, keys, clock } = parts;

  async function read(agentId: string): Promise<Read> {
    const bucket = keys.bucketOf(agentId);
    const [record, history] = await Promise.all([
      unlessAway(connection.hget(keys.records(bucket), agentId)),
      unlessAway(connection.hget(keys.histories(bucket), agentId)),
    ]);
    return { record: record ?? '', history: history ?? '' };
  }

  /** @returns whether it was written: nothing had changed since it was read */
  async function write(agentId: string, before: Read, record: string): Promise<boolean> {
    const bucket = keys.bucketOf(agentId);
    const bucketKeys = [keys.records(bucket), keys.histories(bucket)];
    return (
      (await scripts.raw('put-agent', bucketKeys, [agentId, before.record, before.history, record])) === 1
    );
  }

  /** @returns the plan that has not ended and holds the agent, null where there is none */
  async function holderOf(history: string): Promise<string | null> {
    const planId = history.split(' ')[0];
    if (planId === undefined || planId === '') return null;
    return (await isVoid(parts, planId)) ? null : planId;
  }

  async function put(agentId: string, input: AgentInput): Promise<PutAgentResult> {
    for (;;) {
      const found = await read(agentId);
      const before = found.record === '' ? null : parseRecord(found.record);
      const record = recordOf(agentId, input, before, clock.now());
      const planId = await holderOf(found.history);
      if (planId !== null && (before === null || !sameButAttributes(before, record))) {
        return { outcome: 'busy', planId };
      }
      if (before === null) await unlessAway(connection.zadd(keys.agentIndex, 0, agentId));
      if (await write(agentId, found, wellFormedJson(record))) {
        return { outcome: before === null ? 'created' : 'updated', agent: shownAgent(record) };
      }
    }
  }

  const changeAttributes: Inventory['changeAttributes'] = async (agentId, change) => {
    for (;;) {
      const found = await read(agentId);
      if (found.record === '') return false;
      const before = parseRecord(found.record);
      const record = { ...before, attributes: change(before.attributes) };
      if (await write(agentId, found, wellFormedJson(record))) return true;
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
    for (;;) {
      const found = await read(agentId);
      if (found.record === '') return { outcome: 'not-found' };
      const planId = await holderOf(found.history);
      if (planId !== null) return { outcome: 'busy', planId };
      if (await write(agentId, found, '')) {
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
    const bucketKeys = [keys.records(bucket), keys.histories(bucket)];
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

  return {
    put,
    putMany: (agents) => Promise.all(agents.map(({ agentId, input }) => put(agentId, input))),
    get: async (agentId) => {
      const [record] = await readMany([agentId]);
      return record ? shownAgent(record) : null;
    },
    list,
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
