// Reading plans: lists and their pages, the summary, conditional reads, batches and tasks.
import { type Client, createClient } from '@gradus/client';
import type { PlanSummary, PlanTask } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ON_FROM, registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { type Ask, BASE, createAsk } from '../support/http.js';
import { expectFaults } from '../support/problems.js';
import { waitFor } from '../support/waitFor.js';

const PLANS = `${BASE}/upgrade-plans`;

let gradus: Gradus;
let client: Client;
let ask: Ask;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ask = createAsk(gradus);
});
afterAll(() => gradus.stop());

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

async function pageOf<Item>(path: string): Promise<Page<Item>> {
  const answer = await ask('GET', path);
  expect(answer.status, answer.text).toBe(200);
  expect(Object.keys(answer.json ?? {})).toEqual(['items', 'nextCursor']);
  return answer.json as Page<Item>;
}

/** Turns every page of a listing; expects each but the last to be full. */
async function pagesOf<Item>(path: string, limit: number): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Page<Item> = await pageOf(`${path}limit=${limit}${at}`);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    if (page.nextCursor !== null) expect(page.items).toHaveLength(limit);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

const idsOf = (items: { id: string }[]) => items.map(({ id }) => id);

/** Plans of one agent after the other that are cancelled at once, so that the agent is free for the next. */
async function cancelledPlansOf(agentId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const { id } = await client.createPlan({ ...UPGRADE, agentIds: [agentId], autoStart: false });
    await client.cancelPlan(id);
    ids.push(id);
  }
  return ids;
}

describe('ListGraduatedPlans', () => {
  let cancelled: string[];
  let pending: string[];

  beforeAll(async () => {
    const [agentId = ''] = await registerAgents(client, 'listed', 1);
    cancelled = await cancelledPlansOf(agentId, 45);
    const others = await registerAgents(client, 'waiting', 15);
    pending = [];
    for (const one of others) {
      pending.push((await client.createPlan({ ...UPGRADE, agentIds: [one], autoStart: false })).id);
    }
  });

  it('answers every plan once, newest first, page by page', async () => {
    const newestFirst = [...cancelled, ...pending].toReversed();
    for (const limit of [7, 20, 60, 1_000]) {
      expect(idsOf(await pagesOf<PlanSummary>(`${PLANS}?`, limit))).toEqual(newestFirst);
    }
  });

  it('answers 50 where no limit is given', async () => {
    const page = await pageOf<PlanSummary>(PLANS);
    expect(page.items).toHaveLength(50);
    expect(page.nextCursor).not.toBeNull();
  });

  it('answers the plans of one status', async () => {
    const ofStatus = (status: string, limit: number) =>
      pagesOf<PlanSummary>(`${PLANS}?status=${status}&`, limit).then(idsOf);
    expect(await ofStatus('pending', 4)).toEqual(pending.toReversed());
    expect(await ofStatus('cancelled', 9)).toEqual(cancelled.toReversed());
    expect(await ofStatus('failed', 9)).toEqual([]);
  });

  it('answers the plans of one agent, those that ended included', async () => {
    expect(idsOf(await pagesOf(`${PLANS}?agentId=listed-0&`, 10))).toEqual(cancelled.toReversed());
    expect(idsOf(await pagesOf(`${PLANS}?agentId=waiting-3&`, 10))).toEqual([pending[3]]);
    expect(await pagesOf(`${PLANS}?agentId=waiting-3&status=cancelled&`, 10)).toEqual([]);
    expect(await pagesOf(`${PLANS}?agentId=nobody&`, 10)).toEqual([]);
  });

  it('shows each as its summary', async () => {
    const [first] = (await pageOf<PlanSummary>(`${PLANS}?limit=1`)).items;
    expect(first).toEqual(await client.getPlanSummary(first?.id ?? ''));
  });
});

describe('a listing that goes on while plans are made', () => {
  it.each([
    ['all plans', ''],
    ['the plans of an agent', 'agentId=turned-0&'],
  ])('has no plan twice: %s', async (_, filter) => {
    const [agentId = ''] = await registerAgents(client, 'turned', 1);
    const before = await cancelledPlansOf(agentId, 4);
    const first = await pageOf<PlanSummary>(`${PLANS}?${filter}limit=2`);
    await cancelledPlansOf(agentId, 1);
    const cursor = encodeURIComponent(first.nextCursor ?? '');
    const second = await pageOf<PlanSummary>(`${PLANS}?${filter}limit=2&cursor=${cursor}`);
    expect([...idsOf(first.items), ...idsOf(second.items)]).toEqual(before.toReversed());
  });
});

describe('a cursor', () => {
  it('that the listing did not give is refused', async () => {
    const agentIds = await registerAgents(client, 'cursor', 3);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    const tasks = `${PLANS}/${id}/batches/0/tasks`;
    const cursorOf = async (path: string) => (await pageOf(`${path}?limit=1`)).nextCursor ?? '';
    const wrong: [path: string, cursor: string][] = [
      [PLANS, await cursorOf(tasks)],
      [tasks, await cursorOf(`${BASE}/agents`)],
      [tasks, await cursorOf(PLANS)],
      ...[PLANS, tasks, `${BASE}/agents`].map((path): [string, string] => [path, 'Iw']),
    ];
    for (const [path, cursor] of wrong) {
      const answer = await ask('GET', `${path}?cursor=${encodeURIComponent(cursor)}`);
      expectFaults(answer, { 'query.cursor': /nextCursor/ });
    }
  });
});

describe('GetGraduatedPlan', () => {
  it('takes the id with and without plan-', async () => {
    const agentIds = await registerAgents(client, 'named', 1);
    const plan = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    expect((await ask('GET', `${PLANS}/${plan.id}`)).json).toEqual(plan);
    expect((await ask('GET', `${PLANS}/${plan.id.slice('plan-'.length)}`)).json).toEqual(plan);
  });

  it("leaves the batches' agents and tasks out of the summary, and nothing else", async () => {
    const agentIds = await registerAgents(client, 'summed', 3);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 2, autoStart: false });
    const whole = await client.getPlan(id);
    const batches = whole.batches.map(({ agentIds: _, tasks: __, ...rest }) => rest);
    const answer = await ask('GET', `${PLANS}/${id}?view=summary`);
    expect(answer.json).toEqual({ ...whole, batches });
    expect(Object.keys(answer.json ?? {})).toEqual(Object.keys(whole));
  });

  it('has a weak ETag that is known until something that is shown changes', async () => {
    const agentIds = await registerAgents(client, 'tagged', 1);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    const paths = [`${PLANS}/${id}`, `${PLANS}/${id}?view=summary`];
    const tagsOf = async () => {
      const answers = await Promise.all(paths.map((path) => ask('GET', path)));
      return answers.map(({ headers }) => headers.get('etag') ?? '');
    };
    const expectKnown = async (tags: string[]) => {
      for (const [index, path] of paths.entries()) {
        const tag = tags[index] ?? '';
        expect(tag).toMatch(/^W\/"[^"]+"$/);
        for (const known of [tag, `"other", ${tag}`, tag.slice(2), '*']) {
          const answer = await ask('GET', path, { headers: { 'if-none-match': known } });
          expect(answer).toMatchObject({ status: 304, text: '' });
          expect(answer.headers.get('etag')).toBe(tag);
        }
        const other = await ask('GET', path, { headers: { 'if-none-match': '"other"' } });
        expect(other.status).toBe(200);
      }
    };
    const expectNew = async (tags: string[]) => {
      const now = await tagsOf();
      for (const [index, path] of paths.entries()) {
        const known = tags[index] ?? '';
        expect(now[index]).not.toBe(known);
        expect((await ask('GET', path, { headers: { 'if-none-match': known } })).status).toBe(200);
      }
      return now;
    };

    let tags = await tagsOf();
    await expectKnown(tags);
    await client.startPlan(id);
    const lca = createHandLca(client, 'lca-tagged');
    const task = await lca.takeTask();
    tags = await expectNew(tags);
    await expectKnown(tags);

    const untilSeen = (what: string, seen: (shown: PlanTask | undefined) => boolean) =>
      waitFor(async () => seen((await client.getBatch(id, 0)).tasks[0]), { what });
    const { agentId, componentInstanceUuid } = task;
    await lca.checkIn([{ agentId, components: [{ componentInstanceUuid, runtimeStatus: 'updating' }] }]);
    await untilSeen('the facts to be shown', (shown) => shown?.runtimeStatus === 'updating');
    tags = await expectNew(tags);
    await lca.checkIn([reportOn(task, 'completed', ON_TARGET)]);
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
      what: 'the plan to complete',
    });
    tags = await expectNew(tags);
    await expectKnown(tags);
  });
});

describe('summaries that together are more than an api keeps', () => {
  const PLANS_AT_ONCE = 6;
  const BATCHES = 8_000;

  it('are answered whole, however many ask for them at once', async () => {
    const ids = [];
    for (let plan = 0; plan < PLANS_AT_ONCE; plan += 1) {
      const agentIds = await registerAgents(client, `finely-cut-${plan}`, BATCHES);
      const made = { ...UPGRADE, agentIds, batchSize: 1, autoStart: false };
      ids.push((await client.createPlan(made, { minimal: true })).id);
    }
    const asked = [...ids, ...ids, ...ids].map(async (id) => {
      const { status, text } = await ask('GET', `${PLANS}/${id}?view=summary`);
      const shown = JSON.parse(text) as PlanSummary;
      return { id, status, shown: shown.id, batches: shown.batches.length };
    });
    for (const { id, ...answer } of await Promise.all(asked)) {
      expect(answer).toEqual({ status: 200, shown: id, batches: BATCHES });
    }
  }, 60_000);
});

describe('GetPlanBatch and ListBatchTasks', () => {
  let id: string;
  let agentIds: string[];

  beforeAll(async () => {
    agentIds = await registerAgents(client, 'tasked', 9);
    const two = ['zmetis', 'hermes'].map((componentName) => ({ componentName, ...ON_FROM }));
    const target = { actualVersion: '1.3.0', actualRelease: '221' };
    const skipped = { componentName: 'done-already', ...ON_FROM, ...target };
    for (const agentId of agentIds.slice(5)) {
      await client.putAgent(agentId, { lcaUuid: 'lca-tasked', components: [...two, skipped] });
    }
    id = (await client.createPlan({ ...UPGRADE, agentIds, batchSizes: [2], autoStart: false })).id;
  });

  it('answer what the plan has of the batch', async () => {
    const { batches } = await client.getPlan(id);
    for (const index of [0, 1]) {
      const batch = await ask('GET', `${PLANS}/${id}/batches/${index}`);
      expect(batch.json).toEqual(batches[index]);
      expect(Object.keys(batch.json ?? {})).toEqual(Object.keys(batches[index] ?? {}));
      const tasks = await pageOf(`${PLANS}/${id}/batches/${index}/tasks`);
      expect(tasks).toEqual({ items: batches[index]?.tasks, nextCursor: null });
    }
  });

  it("turn the tasks' pages, also in the middle of an agent", async () => {
    const all = (await client.getBatch(id, 1)).tasks;
    expect(all).toHaveLength(3 + 4 * 3);
    for (const limit of [1, 4, 7, 15]) {
      expect(await pagesOf(`${PLANS}/${id}/batches/1/tasks?`, limit)).toEqual(all);
    }
  });

  it('answer the tasks of one status', async () => {
    const all = (await client.getBatch(id, 1)).tasks;
    const ofStatus = (status: string) => pagesOf(`${PLANS}/${id}/batches/1/tasks?status=${status}&`, 3);
    expect(await ofStatus('skipped')).toEqual(all.filter(({ status }) => status === 'skipped'));
    expect(await ofStatus('skipped')).toHaveLength(4);
    expect(await ofStatus('pending')).toHaveLength(11);
    expect(await ofStatus('running')).toEqual([]);
  });
});
