// A plan's events: a page at a time, or as they come, with nothing missed and nothing twice.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerFleet, UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import type { IndependentLcas } from '../support/independentLca.js';
import { waitFor } from '../support/waitFor.js';

interface PlanEvent {
  id: string;
  type: string;
  agentId: string | null;
  actor: string | null;
  detail: string | null;
}

let gradus: Gradus;
let client: Client;
let lcas: IndependentLcas;
let agentIds: string[];

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
  ({ agentIds, lcas } = await registerFleet(client, 12, {
    url: gradus.url,
    token: gradus.token,
    upgradeMs: 5,
    behave: ({ agentId }) => (agentId === 'a001' || agentId === 'a002' ? 'fail' : 'complete'),
  }));
  lcas.start();
});
afterAll(async () => {
  await lcas.stop();
  await gradus.stop();
});

function eventsUrl(planId: string, query = ''): string {
  return `${gradus.url}/api/v1/lifecycle/upgrade-plans/${planId}/events${query}`;
}

async function listed(planId: string): Promise<PlanEvent[]> {
  const events: PlanEvent[] = [];
  for (let query = '?limit=5'; query !== ''; ) {
    const response = await fetch(eventsUrl(planId, query), {
      headers: { Authorization: `Bearer ${gradus.token}` },
    });
    const page = (await response.json()) as { items: PlanEvent[]; nextCursor: string | null };
    events.push(...page.items);
    query = page.nextCursor === null ? '' : `?limit=5&cursor=${page.nextCursor}`;
  }
  return events;
}

/** Follows the stream until it has so many events, or the one that is waited for. */
async function followed(
  planId: string,
  lastEventId: string | null,
  isLast: (event: PlanEvent, count: number) => boolean,
) {
  const response = await fetch(eventsUrl(planId), {
    headers: {
      Authorization: `Bearer ${gradus.token}`,
      Accept: 'text/event-stream',
      ...(lastEventId === null ? {} : { 'Last-Event-ID': lastEventId }),
    },
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const events: PlanEvent[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (data === undefined) continue;
      const event = JSON.parse(data) as PlanEvent;
      events.push(event);
      // Leaving the loop breaks the connection off.
      if (isLast(event, events.length)) return events;
    }
  }
  return events;
}

it('say who paused the plan and why, by the numbers, in one GET', async () => {
  const { id } = await client.createPlan({ ...UPGRADE, agentIds, batchSize: 12, concurrency: 1 });
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'paused', {
    what: 'the plan to pause',
  });
  const paused = (await listed(id)).find(({ type }) => type === 'plan.paused');
  expect(paused).toMatchObject({ actor: 'gradus', batchIndex: 0 });
  expect(paused?.detail).toBe((await client.getPlanSummary(id)).pauseReason);
  expect(paused?.detail).toMatch(/^Failure threshold exceeded: 2 of 12 failed, 1 allowed; most frequent: /);
  await client.resumePlan(id);
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
    what: 'the plan to end',
  });
  const closed = (await listed(id)).find(({ type }) => type === 'batch.completed');
  expect(closed?.detail).toMatch(/^failed: 10 of 12 completed, 2 failed, 1 allowed, 2 forgiven, 0 skipped/);
});

it('come over a stream that is broken off and taken up again just as they are listed', async () => {
  await registerFleet(client, 12, { url: gradus.url, token: gradus.token, upgradeMs: 5 });
  const { id } = await client.createPlan({
    ...UPGRADE,
    agentIds: agentIds.slice(3),
    batchSize: 3,
    concurrency: 2,
    autoStart: false,
  });
  const head = followed(id, null, (_, count) => count === 7);
  await client.startPlan(id);
  const first = await head;
  const rest = await followed(id, first.at(-1)?.id ?? '', ({ type }) => type === 'plan.completed');
  expect([...first, ...rest]).toEqual(await listed(id));
  expect(first[0]).toMatchObject({ type: 'plan.created', actor: 'admin' });
  expect(rest.filter(({ type }) => type === 'task.completed').length).toBeLessThanOrEqual(9);
});
