// The client as its README shows it, and the problems that it tells apart.
import { readFileSync } from 'node:fs';
import { type Client, createClient, isProblem } from '@gradus/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';

const here = readFileSync(new URL(import.meta.url), 'utf8');
const readme = readFileSync(new URL('../../packages/client/README.md', import.meta.url), 'utf8');

let gradus: Gradus;
let ours: Client;

beforeAll(async () => {
  gradus = await startGradus();
  ours = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());

/** @returns whatever the call throws */
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );

/** Lines may be broken elsewhere. */
const flat = (code: string) => code.replaceAll(/\s+/g, ' ').trim();

test('the code of its README is the code of the next test', () => {
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  expect(blocks).toHaveLength(5);
  const local = (code: string) => code.replace("'http://127.0.0.1:3000'", 'gradus.url');
  for (const block of blocks) expect(flat(here)).toContain(flat(local(block)));
});

test('the code of its README does what is said there', async () => {
  const { token } = gradus;
  const components = [{ componentName: 'zmetis', actualVersion: '1.2.0', actualRelease: '215' }];
  await ours.importAgents(['item1', 'item2'].map((agentId) => ({ agentId, components })));
  const told: string[] = [];

  const client = createClient({ baseUrl: gradus.url, token });

  const plan = await client.createPlan(
    {
      name: 'Upgrade agents to v1.3.0',
      fromVersion: '1.2.0',
      toVersion: '1.3.0',
      toRelease: '221',
      agentIds: ['item1', 'item2'],
      batchSizes: [1],
      gate: 'manual',
    },
    { idempotencyKey: crypto.randomUUID() },
  );

  for await (const { id, status } of client.listPlans({ agentId: 'item1' })) told.push(`${id} is ${status}`);

  for await (const event of client.followEvents(plan.id)) {
    told.push(event.type);
    if (event.type === 'plan.started') break;
  }

  try {
    await client.pausePlan(plan.id, { reason: 'A look' }, { ifMatch: plan.revision });
  } catch (error) {
    if (isProblem(error, 'stale-revision')) told.push(`at revision ${error.problem.currentRevision}`);
    else if (isProblem(error, 'illegal-transition')) told.push(`it is ${error.problem.currentStatus}`);
    else throw error;
  }

  const [listed, made, started, refused] = told;
  expect(listed).toMatch(new RegExp(`^${plan.id} is (?:pending|running)$`));
  expect([made, started]).toEqual(['plan.created', 'plan.started']);
  // One that was started by the time it was answered may be as its client knows it, and then it is paused.
  if (refused === undefined) expect((await client.getPlanSummary(plan.id)).status).toBe('paused');
  else expect(refused).toMatch(/^at revision [1-9]\d*$/);
});

test('a problem is told by its code, and has what the code adds', async () => {
  const agentIds = await registerAgents(ours, 'told', 1);
  const { id } = await ours.createPlan({ ...UPGRADE, agentIds, autoStart: false });
  const busy = await failure(ours.createPlan({ ...UPGRADE, agentIds }));
  expect(isProblem(busy, 'unknown-agents', 'version-mismatch')).toBe(false);
  if (!isProblem(busy, 'agents-busy', 'stale-revision')) return expect.unreachable(String(busy));
  expect(busy.status).toBe(409);
  // @ts-expect-error: not every one of these codes adds it.
  void busy.problem.conflicts;
  if (busy.problem.code !== 'agents-busy') return expect.unreachable(busy.code);
  expect(busy.problem.conflicts).toEqual([{ agentId: agentIds[0], planId: id }]);
});

test.each([
  ['a page', 'text/html', '<h1>Bad gateway</h1>'],
  ['a problem of another service', 'application/problem+json', '{"code":"agents-busy","detail":"No room."}'],
])('%s in the place of an answer is none of the problems', async (_, type, body) => {
  const fetch = async () => new Response(body, { status: 409, headers: { 'content-type': type } });
  const client = createClient({ baseUrl: 'http://gradus.test', token: 'a token', fetch });
  const foreign = await failure(client.deletePlan('a-plan'));
  expect(isProblem(foreign, 'agents-busy')).toBe(false);
  if (!isProblem(foreign, 'unexpected-answer')) return expect.unreachable(String(foreign));
  expect(foreign.problem.status).toBe(409);
});
