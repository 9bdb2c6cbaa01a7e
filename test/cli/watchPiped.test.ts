// `gradus plans watch` into a pipe: a line for each event, nothing missed and nothing twice, whatever the network does.
import { type Client, createClient } from '@gradus/client';
import type { PlanEvent } from '@gradus/domain';
import { connect } from '@gradus/redis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { jsonLines, reach, runCli, startCli } from '../support/cli.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, type HandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { findKeys } from '../support/namespace.js';
import { waitFor } from '../support/waitFor.js';
import { startTroubledNetwork, type TroubledNetwork } from './troubledNetwork.js';

vi.setConfig({ testTimeout: 120_000 });

const LONG = { timeoutMs: 60_000 };
const PLAN = { fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221', concurrency: 10 };

let gradus: Gradus;
let network: TroubledNetwork;
let client: Client;
let env: Record<string, string>;

beforeAll(async () => {
  gradus = await startGradus();
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(() => gradus.stop());
beforeEach(async () => {
  network = await startTroubledNetwork(gradus.url);
  env = { ...reach(gradus), GRADUS_URL: network.url };
});
afterEach(() => network.stop());

async function makePlan(prefix: string, agents: number, options: { autoStart?: boolean } = {}) {
  const agentIds = await registerAgents(client, prefix, agents);
  const { id } = await client.createPlan({ ...PLAN, name: prefix, agentIds, ...options });
  return { id, lca: createHandLca(client, `lca-${prefix}`) };
}

async function complete(lca: HandLca, tasks: Awaited<ReturnType<HandLca['takeTasks']>>): Promise<void> {
  await lca.checkIn(tasks.map((task) => reportOn(task, 'completed', ON_TARGET)));
}

async function eventsOf(planId: string): Promise<PlanEvent[]> {
  const events: PlanEvent[] = [];
  for await (const event of client.listEvents(planId)) events.push(event);
  return events;
}

/** The events among the lines, as in "task.completed batch 0 a-1". */
function toldEvents(stdout: string): string[] {
  return stdout.split('\n').filter((line) => /^\S+Z {2}(plan|batch|task)\./.test(line));
}

function startsOf(events: readonly PlanEvent[]) {
  return events.map(({ at, type }) =>
    expect.stringMatching(new RegExp(`^${at}  ${type.replace('.', '\\.')} `)),
  );
}

test('every event is a line, and where the plan stands one whenever that is another', async () => {
  const { id, lca } = await makePlan('piped', 3, { autoStart: false });
  const watched = startCli(['plans', 'watch', id], env);
  await waitFor(() => watched.stdout.includes('waits for start'), { what: 'the first line', ...LONG });
  await client.startPlan(id);
  await complete(lca, await lca.takeTasks(3));
  const { code, stdout, stderr } = await watched.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  // What was before the watching began is told by `plans events`.
  expect(toldEvents(stdout)).toEqual(startsOf((await eventsOf(id)).slice(1)));
  const states = stdout.split('\n').filter((line) => line.startsWith(id));
  expect(states[0]).toMatch(
    / {2}pending: 0 of 3 agents done, 0 failed; waits for start since \S+; batch 0: 0 failed of 0 allowed$/,
  );
  expect(states.at(-1)).toBe(
    `${id}  completed: 3 of 3 agents done, 0 failed; batch 0: 0 failed of 0 allowed`,
  );
  expect(new Set(states).size).toBe(states.length);
  expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('a connection that breaks off is taken up again: what happened meanwhile comes late, and once', async () => {
  const { id, lca } = await makePlan('broken-off', 4);
  const tasks = await lca.takeTasks(4);
  const watched = startCli(['plans', 'watch', id], env);
  await waitFor(() => watched.stdout.includes('running: '), { what: 'the first line', ...LONG });
  const before = (await eventsOf(id)).length;
  await complete(lca, tasks.slice(0, 1));
  await waitFor(() => watched.stdout.includes('task.completed'), { what: 'the first outcome', ...LONG });
  network.isOpen = false;
  await complete(lca, tasks.slice(1, 3));
  await waitFor(() => watched.stderr.includes('The api does not answer; trying again'), {
    what: 'trouble',
    ...LONG,
  });
  network.isOpen = true;
  await waitFor(() => watched.stderr.includes('The api answers again.'), { what: 'its end', ...LONG });
  await complete(lca, tasks.slice(3));
  const { code, stdout } = await watched.ended;
  expect(code).toBe(0);
  expect(toldEvents(stdout)).toEqual(startsOf((await eventsOf(id)).slice(before)));
});

test('an api that dies and comes back is nothing to speak of', async () => {
  const { id, lca } = await makePlan('restarted', 2);
  const tasks = await lca.takeTasks(2);
  const watched = startCli(['plans', 'watch', id, '--json'], env);
  await waitFor(() => watched.stdout.includes('"plan"'), { what: 'the first line', ...LONG });
  const before = (await eventsOf(id)).length;
  await gradus.restartApi('SIGKILL');
  await complete(lca, tasks);
  const { code, stdout } = await watched.ended;
  expect(code).toBe(0);
  const lines = jsonLines(stdout) as (
    | { type: 'event'; event: PlanEvent }
    | { type: 'plan'; plan: unknown }
  )[];
  const told = lines.flatMap((line) => (line.type === 'event' ? [line.event] : []));
  expect(told).toEqual((await eventsOf(id)).slice(before));
  expect(lines.at(-1)).toEqual({ type: 'plan', plan: await client.getPlanSummary(id) });
});

test('where no stream is to be had the events are asked for instead', async () => {
  network.hasStreams = false;
  const { id, lca } = await makePlan('polled', 2);
  const tasks = await lca.takeTasks(2);
  const watched = startCli(['plans', 'watch', id], env);
  await waitFor(() => watched.stdout.includes('running: '), { what: 'the first line', ...LONG });
  const before = (await eventsOf(id)).length;
  await complete(lca, tasks.slice(0, 1));
  await waitFor(() => watched.stdout.includes('task.completed'), { what: 'an event', ...LONG });
  await complete(lca, tasks.slice(1));
  const { code, stdout, stderr } = await watched.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(toldEvents(stdout)).toEqual(startsOf((await eventsOf(id)).slice(before)));
});

test('a stream that says nothing any more is taken for broken off', async () => {
  network.isSilent = true;
  const { id, lca } = await makePlan('silent', 1);
  const through = createClient({ baseUrl: network.url, token: gradus.token });
  let breaks = 0;
  const onBreak = () => {
    breaks += 1;
  };
  const types: string[] = [];
  const following = (async () => {
    for await (const { type } of through.followEvents(id, { silentMs: 300, onBreak })) {
      types.push(type);
      if (type === 'plan.completed') return;
    }
  })();
  await waitFor(() => breaks > 0, { what: 'a stream to break off', ...LONG });
  await complete(lca, await lca.takeTasks(1));
  await following;
  expect(types).toEqual((await eventsOf(id)).map(({ type }) => type));
});

test('an api that stays away is given up after as long as was said', async () => {
  const { id } = await makePlan('given-up', 1);
  const watched = startCli(['plans', 'watch', id, '--give-up-after', '1s'], env);
  await waitFor(() => watched.stdout.includes('running: '), { what: 'the first line', ...LONG });
  network.isOpen = false;
  const { code, stderr } = await watched.ended;
  expect(code).toBe(9);
  expect(stderr).toMatch(/^gradus: No answer from the api: GET /m);
  expect((await client.getPlanSummary(id)).status).toBe('running');
});

test('so is one whose events are followed', async () => {
  const { id } = await makePlan('given-up-too', 1, { autoStart: false });
  const followed = startCli(['plans', 'events', id, '--follow', '--give-up-after', '1s'], env);
  await waitFor(() => network.count('GET', '/events') > 1, { what: 'the stream', ...LONG });
  network.isOpen = false;
  expect((await followed.ended).code).toBe(9);
});

test('a plan that is deleted while it is watched is not found', async () => {
  const { id } = await makePlan('deleted', 1);
  const watched = startCli(['plans', 'events', id, '--follow'], env);
  await waitFor(() => watched.stdout.includes('plan.started'), { what: 'the first events', ...LONG });
  network.isOpen = false;
  await client.cancelPlan(id);
  await client.deletePlan(id);
  network.isOpen = true;
  expect((await watched.ended).code).toBe(8);
});

test('events that are no longer kept are said to be missing', async () => {
  const { id, lca } = await makePlan('trimmed', 2);
  await complete(lca, await lca.takeTasks(2));
  await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
    what: 'the end',
    ...LONG,
  });
  const all = await eventsOf(id);
  const faults: unknown[] = [];
  const redis = connect(inject('redisUrl'), 'patient', (fault) => faults.push(fault));
  const [key = ''] = await findKeys(redis, `*${id.slice('plan-'.length)}*task-events`);
  await redis.xtrim(key, 'MAXLEN', 1);
  await redis.quit();
  const kept = await eventsOf(id);
  expect(kept.length).toBeLessThan(all.length);
  const { code, stdout, stderr } = await runCli(['plans', 'events', id, '--json'], env);
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toEqual(kept);
  const missed = [...stderr.matchAll(/^(\d+) events are no longer kept\.$/gm)].map(([, count]) =>
    Number(count),
  );
  expect(missed.reduce((sum, count) => sum + count, 0)).toBe(all.length - kept.length);
});
