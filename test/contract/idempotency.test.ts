// Requests that are sent twice: with a key they make one plan, whoever dies in between.
import { type Client, createClient } from '@gradus/client';
import type { Plan } from '@gradus/domain';
import { type Connection, connect } from '@gradus/redis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKeys } from '../../packages/store/src/keys.js';
import { openStore } from '../../packages/store/src/openStore.js';
import type { Store } from '../../packages/store/src/port.js';
import { registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Answer, type Ask, BASE, createAsk } from '../support/http.js';
import { expectFaults, expectProblem } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';

const PLANS = `${BASE}/upgrade-plans`;
const A_MAKING_AGO_MS = 130_000;

const other = makeApiKey('other');

let gradus: Gradus;
let client: Client;
let ask: Ask;

beforeAll(async () => {
  gradus = await startGradus({ keys: [other.key] });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
});
afterAll(() => gradus.stop());

const bodyOf = (agentIds: readonly string[]) => ({ ...UPGRADE, agentIds, autoStart: false });

const create = (key: string, agentIds: readonly string[]) =>
  ask('POST', PLANS, { json: bodyOf(agentIds), headers: { 'idempotency-key': key } });

const idOf = (answer: Answer) => {
  expect(answer.status, answer.text).toBe(200);
  return (answer.json as Plan).id;
};

/** @returns the ids of all plans that have had the agent */
const plansOf = async (agentId = '') => {
  const ids: string[] = [];
  for await (const { id } of client.listPlans({ agentId })) ids.push(id);
  return ids;
};

describe('a create that is repeated with its key', () => {
  it('answers the plan as it is now, and makes no other', async () => {
    const agentIds = await registerAgents(client, 'again', 2);
    const made = await create('again', agentIds);
    const repeated = await create('again', agentIds);
    expect(repeated.json).toEqual(made.json);
    await client.cancelPlan(idOf(made));
    expect((await create('again', agentIds)).json).toMatchObject({ id: idOf(made), status: 'cancelled' });
    expect(await plansOf(agentIds[0])).toEqual([idOf(made)]);
  });

  it('is the same request whatever the order of its fields', async () => {
    const agentIds = await registerAgents(client, 'order', 1);
    const made = await create('order', agentIds);
    const json = Object.fromEntries(Object.entries(bodyOf(agentIds)).toReversed());
    const headers = { 'idempotency-key': 'order' };
    expect(idOf(await ask('POST', PLANS, { json, headers }))).toBe(idOf(made));
  });

  it('is refused with another body, and the first one still stands', async () => {
    const agentIds = await registerAgents(client, 'body', 2);
    const made = await create('body', agentIds);
    expectProblem(await create('body', agentIds.slice(1)), 422, 'idempotency-key-reused');
    expect(idOf(await create('body', agentIds))).toBe(idOf(made));
  });

  it('is not found once its plan was deleted, and makes no other', async () => {
    const agentIds = await registerAgents(client, 'gone', 1);
    const id = idOf(await create('gone', agentIds));
    await client.cancelPlan(id);
    await client.deletePlan(id);
    expectProblem(await create('gone', agentIds), 404, 'not-found');
    expect(await plansOf(agentIds[0])).toEqual([]);
  });

  it('is the key of one subject alone', async () => {
    const [mine = '', theirs = ''] = await registerAgents(client, 'subject', 2);
    const id = idOf(await create('subject', [mine]));
    const asOther = createAsk({ ...gradus, token: other.token });
    const headers = { 'idempotency-key': 'subject' };
    const answer = await asOther('POST', PLANS, { json: bodyOf([theirs]), headers });
    expect(idOf(answer)).not.toBe(id);
  });
});

describe('refusals', () => {
  it('are not kept: the same request may succeed later', async () => {
    expectProblem(await create('unknown', ['late-0']), 422, 'unknown-agents', {
      agentIds: ['late-0'],
      agentCount: 1,
    });
    const agentIds = await registerAgents(client, 'late', 1);
    const id = idOf(await create('unknown', agentIds));

    expectProblem(await create('busy', agentIds), 409, 'agents-busy', {
      conflicts: [{ agentId: 'late-0', planId: id }],
      conflictCount: 1,
    });
    await client.cancelPlan(id);
    expect(idOf(await create('busy', agentIds))).not.toBe(id);
  });

  it('leave the key free for another body', async () => {
    const [agentId = ''] = await registerAgents(client, 'free', 1);
    expectProblem(await create('free', ['nobody']), 422, 'unknown-agents', {
      agentIds: ['nobody'],
      agentCount: 1,
    });
    idOf(await create('free', [agentId]));
  });

  it.each([
    ['no character', ''],
    ['256 characters', 'k'.repeat(256)],
    ['a space', 'two words'],
    ['another alphabet', 'schlüssel'],
  ])('meet a key of %s, by the name of its header', async (_, key) => {
    const [agentId = ''] = await registerAgents(client, 'form', 1);
    expectFaults(await create(key, [agentId]), {
      'header.idempotency-key': /1 to 255 visible ASCII characters/,
    });
  });

  it('do not meet a key of 255 characters', async () => {
    const agentIds = await registerAgents(client, 'long', 1);
    idOf(await create(`~!"${'k'.repeat(252)}`, agentIds));
  });
});

describe('at the same moment', () => {
  it('creates with one key make one plan; each answers it, or that it is under way', async () => {
    for (let round = 0; round < 20; round += 1) {
      const agentIds = await registerAgents(client, `twins${round}`, 3);
      const answers = await Promise.all([1, 2, 3].map(() => create(`twins${round}`, agentIds)));
      const made = answers.filter(({ status }) => status === 200);
      for (const answer of answers.filter(({ status }) => status !== 200)) {
        expectProblem(answer, 409, 'idempotency-in-progress');
        expect(answer.headers.get('retry-after')).toBe('1');
      }
      const ids = new Set(made.map(idOf));
      expect(ids.size).toBe(1);
      expect(await plansOf(agentIds[0])).toEqual([...ids]);
    }
  });

  it('of creates that share an agent at most one succeeds', async () => {
    for (let round = 0; round < 20; round += 1) {
      const agentIds = await registerAgents(client, `shared${round}`, 5);
      const shares = [agentIds.slice(0, 3), agentIds.slice(2)];
      const answers = await Promise.all(shares.map((share) => ask('POST', PLANS, { json: bodyOf(share) })));
      const made = answers.filter(({ status }) => status === 200);
      expect(made.length).toBeLessThanOrEqual(1);
      for (const answer of answers.filter(({ status }) => status !== 200)) {
        expect(answer.json).toMatchObject({ status: 409, code: 'agents-busy', conflictCount: 1 });
      }
      expect(await plansOf(agentIds[2])).toEqual(made.map(idOf));
    }
  });
});

describe('a plan that follows from another one', () => {
  it('is made once by a key: a retry and a rollback each', async () => {
    const agentIds = await registerAgents(client, 'follow', 2);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, failureThreshold: 1 });
    const lca = createHandLca(client, 'lca-follow');
    const [good, bad] = await lca.takeTasks(2);
    if (good === undefined || bad === undefined) throw new TypeError('there are two tasks');
    await lca.checkIn([reportOn(good, 'completed', ON_TARGET), reportOn(bad, 'failed')]);
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
      what: 'the plan to end',
    });

    const options = { idempotencyKey: 'follow' };
    const retry = await client.retryPlan(id, options);
    const rollback = await client.rollbackPlan(id.slice('plan-'.length), options);
    expect(retry.id).not.toBe(rollback.id);
    expect(await client.retryPlan(id.slice('plan-'.length), options)).toMatchObject({ id: retry.id });
    expect(await client.rollbackPlan(id, options)).toMatchObject({ id: rollback.id });
    expect(await plansOf(bad.agentId)).toEqual([retry.id, id]);
    expect(await plansOf(good.agentId)).toEqual([rollback.id, id]);
  });
});

describe('an api that died over a keyed create', () => {
  let connection: Connection;
  let store: Store;
  let nowMs: number;

  beforeAll(async () => {
    const onError = (fault: unknown) => expect.fail(String(fault));
    connection = connect(inject('redisUrl'), 'patient', onError);
    const { namespace } = gradus;
    store = await openStore({ url: inject('redisUrl'), namespace, onError, now: () => nowMs });
  });
  afterAll(async () => {
    await store.close();
    await connection.quit();
  });

  /** What the api does first. */
  async function begin(key: string, agentIds: readonly string[], agoMs: number) {
    nowMs = Date.now() - agoMs;
    const body = JSON.stringify(
      Object.fromEntries(Object.entries(bodyOf(agentIds)).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    const request = { subject: 'admin', route: 'create', key, body };
    const begun = await store.idempotency.begin(request);
    if (begun.outcome !== 'begun') throw new TypeError(`the key is ${begun.outcome}`);
    return { request, ...begun };
  }

  /** What the api does next: the id is reserved, and the first of the agents claimed. */
  async function reserveAndClaim(planId: string, leaseUntil: number, [agentId = '']: readonly string[]) {
    const keys = createKeys(gradus.namespace);
    await connection.hset(keys.plan(planId, 'plan'), { id: planId, status: 'creating', leaseUntil });
    await connection.hset(keys.histories(keys.bucketOf(agentId)), agentId, `${planId} 0`);
  }

  /** What the api does at last. */
  const makePlan = (id: string, leaseUntil: number, agentIds: readonly string[]) => {
    const upgrade = {
      ...bodyOf(agentIds),
      id,
      cut: { batchSize: 10 },
      failureThreshold: 0.1,
      concurrency: 5,
    };
    const times = { observeDuration: '0s', observeMs: 0, taskTimeout: '30m', taskTimeoutMs: 1_800_000 };
    const policy = { gate: 'auto', maxAttempts: 1, onThreshold: 'pause', startAt: null } as const;
    return store.plans.create(
      { ...upgrade, ...times, ...policy, createdBy: 'admin', actor: 'admin' },
      leaseUntil,
    );
  };

  it('after its record: 409 while it may still live, then the plan is made', async () => {
    const agentIds = await registerAgents(client, 'record', 1);
    await begin('record', agentIds, 0);
    const answer = await create('record', agentIds);
    expectProblem(answer, 409, 'idempotency-in-progress');
    expect(answer.headers.get('retry-after')).toBe('1');
    expectProblem(await create('record', ['another']), 422, 'idempotency-key-reused');

    const [late = ''] = await registerAgents(client, 'lease', 1);
    await begin('lease', [late], A_MAKING_AGO_MS);
    const id = idOf(await create('lease', [late]));
    expect(idOf(await create('lease', [late]))).toBe(id);
    expect(await plansOf(late)).toEqual([id]);
  });

  it('after its claims: they are void with its lease', async () => {
    const agentIds = await registerAgents(client, 'claims', 2);
    const { planId, leaseUntil } = await begin('claims', agentIds, A_MAKING_AGO_MS);
    await reserveAndClaim(planId, leaseUntil, agentIds);
    const id = idOf(await create('claims', agentIds));
    expect(await plansOf(agentIds[0])).toEqual([id]);
    expect(await plansOf(agentIds[1])).toEqual([id]);
  });

  it('after it said that it does not know how it ended: a repeat need not wait', async () => {
    const agentIds = await registerAgents(client, 'back', 1);
    const { request, planId, leaseUntil } = await begin('back', agentIds, 0);
    await reserveAndClaim(planId, leaseUntil, agentIds);
    await store.idempotency.letGo(request, planId, 'given-back');
    const id = idOf(await create('back', agentIds));
    expect(await plansOf(agentIds[0])).toEqual([id]);
  });

  it.each([
    ['within its lease', 0],
    ['after its lease', A_MAKING_AGO_MS],
  ])('after its plan was there: a repeat %s answers that plan', async (_, agoMs) => {
    const agentIds = await registerAgents(client, `there${agoMs}`, 1);
    const { planId, leaseUntil } = await begin(`there${agoMs}`, agentIds, agoMs);
    const made = await makePlan(planId, leaseUntil, agentIds);
    expect(made).toEqual({ outcome: 'created' });
    expect(idOf(await create(`there${agoMs}`, agentIds))).toBe(planId);
    // From here on the key stands for that plan, also when it is gone.
    await client.cancelPlan(planId);
    await client.deletePlan(planId);
    expectProblem(await create(`there${agoMs}`, agentIds), 404, 'not-found');
  });

  it('makes nothing itself, should it come to life after its lease', async () => {
    const agentIds = await registerAgents(client, 'undead', 1);
    const { planId, leaseUntil } = await begin('undead', agentIds, A_MAKING_AGO_MS);
    const id = idOf(await create('undead', agentIds));
    await client.cancelPlan(id);
    nowMs = Date.now();
    const making = makePlan(planId, leaseUntil, agentIds);
    await expect(making).rejects.toMatchObject({ code: 'unavailable' });
    expect(await plansOf(agentIds[0])).toEqual([id]);
  });
});
