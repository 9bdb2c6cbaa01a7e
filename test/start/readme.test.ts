// The README's commands, as a newcomer runs them on one machine: each works, and answers what is shown.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@gradus/client';
import type { Plan } from '@gradus/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../scripts/ports.mjs';
import { waitFor } from '../support/waitFor.js';
import { type NpmStart, npmStart } from './npmStart.js';
import { BLOCKS, COMMANDS, shownAnswer, UNMARKED } from './readme.js';
import { openShell } from './shell.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TOKEN = 'the-token-of-a-newcomer';
const COMPLETED_WITHIN_MS = 90_000;

const { isInstalled }: { isInstalled: (root: string) => boolean } = await import(
  new URL('../../scripts/bootstrap.mjs', import.meta.url).href
);

/** What each command is to answer, beside what is shown of it. */
const EXPECTED: Record<string, (answer: unknown, output: string) => void> = {
  create: (plan) =>
    expect(plan).toMatchObject({
      batches: [{ agentIds: ['item1', 'item2'], tasks: [{ agentId: 'item1' }, { agentId: 'item2' }] }],
    }),
  'plan-id': (_, output) => expect(output).toMatch(/^plan-[0-9a-f-]{36}\n$/),
  summary: (plan) => expect(plan).toMatchObject({ status: 'completed', createdBy: 'admin' }),
  plan: (plan) =>
    expect(tasksOf(plan)).toEqual([
      expect.objectContaining({ status: 'completed', actualVersion: '1.3.0', actualRelease: '221' }),
      expect.objectContaining({ status: 'completed', actualVersion: '1.3.0', actualRelease: '221' }),
    ]),
  events: (page) => {
    const types = (page as { items: { type: string }[] }).items.map(({ type }) => type);
    expect([types[0], types.at(-1)]).toEqual(['plan.created', 'plan.completed']);
    expect(types.filter((type) => type === 'task.completed')).toHaveLength(2);
  },
  rollback: (plan) =>
    expect(plan).toMatchObject({
      fromVersion: '1.3.0',
      toVersion: '1.2.0',
      toRelease: '215',
      batches: [{ agentIds: ['item1', 'item2'] }],
      sourcePlanUuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    }),
  canary: (plan) =>
    expect(plan).toMatchObject({
      batches: [{ agentIds: ['item3'] }, { agentIds: { length: 3 } }, { agentIds: { length: 2 } }],
    }),
  pause: (plan) => expect(plan).toMatchObject({ status: 'paused', pauseReason: 'seen on the dashboard' }),
  resume: (plan) => expect(plan).toMatchObject({ status: 'running', pauseReason: null, concurrency: 2 }),
  'pause-all': (answer) => expect(answer).toEqual({ plans: expect.any(Number) }),
  'resume-all': (answer) => expect(answer).toEqual({ plans: expect.any(Number) }),
  cancel: (plan) => expect(plan).toMatchObject({ status: 'cancelled', counts: { pending: 0, running: 0 } }),
  delete: (_, output) => expect(output).toBe('204\n'),
  openapi: (document) => expect(document).toMatchObject({ openapi: '3.1.0' }),
  board: (board) =>
    expect(board).toMatchObject({
      queues: ['plans', 'batches', 'tasks', 'reports', 'webhooks', 'pushes'].map((name) => ({
        name,
        readOnlyMode: true,
      })),
    }),
  'own-plan': (plan) => expect(plan).toMatchObject({ batches: [{ agentIds: ['press-7'] }] }),
  'own-summary': (plan) => expect(plan).toMatchObject({ status: 'completed', counts: { completed: 1 } }),
  'report-running': (answer) => expect(answer).toEqual({ accepted: 1, tasks: [], cancel: [] }),
  'cli-list': (_, output) => expect(output).toMatch(/^plan +status .*\nplan-/),
  'cli-dry-run': (_, output) =>
    expect(output).toMatch(/^failed or in flight at the first pause, at worst +2$/m),
  'cli-watch': (_, output) => {
    expect(output).toMatch(/^\S+Z {2}plan\.completed /m);
    expect(output).toMatch(/ {2}completed: 3 of 3 agents done, 0 failed; [^\n]*\n$/);
  },
  keys: (keys) => {
    const sha256 = createHash('sha256').update(TOKEN).digest('hex');
    expect(keys).toMatchObject([{ name: 'ops', sha256, scopes: { length: 8 } }]);
  },
};

/** Asked again until the plan has ended. */
const REPEATED = ['summary', 'own-summary'];
/** Its plan is under way while it is answered. */
const UNDER_WAY = ['create'];
const LIVE_FIELDS = ['status', 'revision', 'counts', 'startedAt', 'dispatchedAt', 'waitingFor'];

test('every block of shell commands says what it is for, and every shown answer belongs to one', () => {
  expect(UNMARKED).toEqual([]);
  const names = COMMANDS.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(new Set(names).size).toBe(names.length);
  const shown = BLOCKS.filter(({ language }) => language === 'json').map(({ name }) => name);
  expect(shown.filter((name) => !names.includes(name))).toEqual([]);
});

/** Whether the README's commands can be typed here. */
const hasCurl = spawnSync('bash', ['-c', 'curl --version']).status === 0;

// Where it is not installed, npm start would install first, under the feet of the tests.
describe.runIf(isInstalled(ROOT) && hasCurl)('on a machine that has Gradus installed', () => {
  let folder: string;
  let dataFolder: string;
  let port: number;
  let gradus: NpmStart | undefined;
  let run: ReturnType<typeof openShell>;

  const start = async () => {
    gradus = await npmStart({ port, dataFolder, token: TOKEN });
    return gradus;
  };
  const client = () => createClient({ baseUrl: `http://127.0.0.1:${port}`, token: TOKEN });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradus-newcomer-'));
    dataFolder = join(folder, 'data');
    port = await freePort();
    run = openShell(ROOT, folder);
    await start();
  }, 120_000);
  afterAll(async () => {
    await gradus?.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  });

  test.each(COMMANDS.filter(({ name }) => name !== 'session'))(
    'the commands $name answer what is shown',
    async ({ name, text }) => {
      if (name === COMMANDS[1]?.name) await run(session());
      const output = REPEATED.includes(name) ? await untilCompleted(text) : await run(text);
      const shown = shownAnswer(name);
      const expected = EXPECTED[name];
      expect(shown !== null || expected !== undefined, 'something to compare the answer with').toBe(true);
      const answer = parsed(output);
      expected?.(answer, output);
      if (shown !== null) {
        const live = UNDER_WAY.includes(name) ? LIVE_FIELDS : [];
        expect(steady(cutTo(shown.value, answer, shown.isPart), live)).toEqual(steady(shown.value, live));
      }
    },
    COMPLETED_WITHIN_MS,
  );

  test('after a Ctrl-C nothing is left running, and the next start goes on with what was under way', async () => {
    const agentIds = Array.from({ length: 8 }, (_, index) => `item${20 + index}`);
    const created = await client().createPlan({
      name: 'Left running',
      fromVersion: '1.2.0',
      toVersion: '1.3.0',
      toRelease: '221',
      agentIds,
      batchSize: 4,
      concurrency: 2,
    });
    const finished = await client().getPlan(await firstPlanId());
    expect(finished.status).toBe('completed');
    await waitFor(async () => (await client().getPlan(created.id)).counts.running > 0, {
      what: 'the fleet to be at work',
    });
    await gradus?.ctrlC();
    await start();

    expect(await client().getPlan(finished.id)).toEqual(finished);
    const ended = await waitFor(
      async () => {
        const plan = await client().getPlan(created.id);
        return plan.status === 'completed' && plan;
      },
      { what: 'the plan to complete', timeoutMs: COMPLETED_WITHIN_MS },
    );
    expect(ended.counts).toMatchObject({ completed: 8, failed: 0 });
    const uuids = (plan: Plan) => tasksOf(plan).map((task) => [task.agentId, task.lifecycleTaskUuid]);
    expect(uuids(ended)).toEqual(uuids(created));
    await gradus?.ctrlC();

    // What the agents themselves have been through: each one upgrade, under the uuid that the plan shows.
    const { agents } = JSON.parse(readFileSync(join(dataFolder, 'fleet.json'), 'utf8'));
    for (const [agentId = '', uuid = ''] of uuids(ended)) {
      expect(agents[agentId]).toMatchObject({ version: '1.3.0', release: '221', upgrades: 1 });
      expect(Object.keys(agents[agentId].tasks)).toEqual([uuid]);
    }
  }, 240_000);

  /** The first block, with this machine's address and token in it. */
  function session(): string {
    const text = COMMANDS[0]?.text ?? '';
    expect(text).toContain('http://127.0.0.1:3000');
    expect(text).toContain('the token that npm start has printed');
    return text
      .replace('http://127.0.0.1:3000', `http://127.0.0.1:${port}`)
      .replace('the token that npm start has printed', TOKEN);
  }

  function untilCompleted(commands: string): Promise<string> {
    return waitFor(
      async () => {
        const output = await run(commands);
        return JSON.parse(output).status === 'completed' && output;
      },
      { what: 'the plan to complete', timeoutMs: COMPLETED_WITHIN_MS },
    );
  }

  async function firstPlanId(): Promise<string> {
    const ids: string[] = [];
    for await (const { id } of client().listPlans({ agentId: 'item1' })) ids.push(id);
    return ids.at(-1) ?? '';
  }
});

function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return null;
  }
}

function tasksOf(plan: unknown): Plan['batches'][number]['tasks'] {
  return (plan as Plan).batches.flatMap(({ tasks }) => tasks);
}

/** Lists cut to the length that is shown, and of a part only the fields that are shown. */
function cutTo(shown: unknown, answer: unknown, isPart: boolean): unknown {
  if (Array.isArray(shown) && Array.isArray(answer)) {
    return shown.map((item, index) => cutTo(item, answer[index], isPart));
  }
  if (!isObject(shown) || !isObject(answer)) return answer;
  const entries = Object.entries(answer).filter(([name]) => !isPart || name in shown);
  return Object.fromEntries(entries.map(([name, value]) => [name, cutTo(shown[name], value, isPart)]));
}

/** The same every time: without instants, random ids and the fields that are live. */
function steady(answer: unknown, live: readonly string[]): unknown {
  if (Array.isArray(answer)) return answer.map((item) => steady(item, live));
  if (isObject(answer)) {
    return Object.fromEntries(
      Object.entries(answer).map(([name, value]) => [
        name,
        live.includes(name) ? 'live' : steady(value, live),
      ]),
    );
  }
  if (typeof answer !== 'string') return answer;
  return answer
    .replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'an instant')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, 'a uuid');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
