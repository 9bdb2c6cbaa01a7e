// `gradus plans watch` as a person sees it: bars on a real pseudo-terminal, drawn over themselves.
import { spawnSync } from 'node:child_process';
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { reach } from '../support/cli.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { startOnTerminal } from '../support/terminal.js';
import { waitFor } from '../support/waitFor.js';

vi.setConfig({ testTimeout: 120_000 });

const LONG = { timeoutMs: 60_000 };

/** util-linux', which Debian has as an essential package. */
const hasScript =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

const PLAN = { fromVersion: '1.2.0', toVersion: '1.3.0', toRelease: '221' };

describe.runIf(hasScript)('on a terminal', () => {
  let gradus: Gradus;
  let client: Client;

  beforeAll(async () => {
    gradus = await startGradus();
    client = createClient({ baseUrl: gradus.url, token: gradus.token });
  });
  afterAll(() => gradus.stop());

  test('the bars of the batches grow in their places, down to the last state', async () => {
    const agentIds = await registerAgents(client, 'drawn', 5);
    const lca = createHandLca(client, 'lca-drawn');
    const plan = { ...PLAN, name: 'The drawn one', agentIds, failureThreshold: 0.5, batchSizes: [4] };
    const { id } = await client.createPlan({ ...plan, concurrency: 4 });
    const shown = startOnTerminal(['plans', 'watch', id], reach(gradus));
    // What is drawn comes in pieces: only all of it together is a picture.
    const drawn = (what: string, lines: readonly RegExp[]) =>
      waitFor(() => lines.every((line) => shown.screen().some((one) => line.test(one))), { what, ...LONG });

    const tasks = await lca.takeTasks(4);
    await lca.checkIn(tasks.slice(0, 3).map((task) => reportOn(task, 'running')));
    await drawn('a bar of four at work', [
      /^batch 0 \[>{40}\] +0\/4 {2}running +0 failed of 2 allowed$/,
      /^batch 1 \[\.{40}\] +0\/1 {2}pending +0 failed of 0 allowed$/,
      /^running: 0 of 5 agents done, 0 failed$/,
      /^waits for the outcome of 3 agents, the next one at the latest \S+Z$/,
    ]);
    expect(shown.hasCursor).toBe(false);

    const [first, second, third, last] = tasks;
    if (first === undefined || second === undefined || third === undefined || last === undefined)
      return expect.unreachable();
    await lca.checkIn([reportOn(first, 'completed', ON_TARGET), reportOn(second, 'failed')]);
    await drawn('one done and one failed', [
      /^batch 0 \[#{10}x{10}>{20}\] +1\/4 {2}running +1 failed of 2/,
      / task\.failed +batch 0 drawn-\d: checksum mismatch$/,
    ]);
    await lca.checkIn([third, last].map((task) => reportOn(task, 'completed', ON_TARGET)));
    await lca.checkIn([reportOn(await lca.takeTask(), 'completed', ON_TARGET)]);
    expect(await shown.ended).toBe(0);

    const [title, upgrade, state, ...rest] = shown.screen();
    expect(title).toBe(`${id}  The drawn one`);
    expect(upgrade).toBe('1.2.0 (release 215) to 1.3.0 (release 221)');
    expect(state).toBe('completed: 4 of 5 agents done, 1 failed');
    expect(rest[0]).toMatch(/^batch 0 \[#{30}x{10}\] +3\/4 {2}completed {2}1 failed of 2 allowed$/);
    expect(rest[1]).toMatch(/^batch 1 \[#{40}\] +1\/1 {2}completed {2}0 failed of 0 allowed$/);
    expect(rest.at(-1)).toMatch(/plan\.completed/);
    // Drawn over itself: however often, the picture is there once, and in its place, as far as it has come.
    expect(shown.screens.length).toBeGreaterThanOrEqual(3);
    for (const [first = '', ...below] of shown.screens) {
      expect(title?.slice(0, first.length)).toBe(first);
      expect(below.filter((one) => one.startsWith('batch 0 ')).length).toBeLessThanOrEqual(1);
    }
    expect(shown.hasCursor).toBe(true);
  });

  test('a pause is shown with its reason, in colors unless they are not wanted', async () => {
    const agentIds = await registerAgents(client, 'paused', 2);
    const lca = createHandLca(client, 'lca-paused');
    const { id } = await client.createPlan({ ...PLAN, name: 'p', agentIds, failureThreshold: 0 });
    await lca.checkIn((await lca.takeTasks(2)).map((task) => reportOn(task, 'failed')));
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'paused', {
      what: 'the pause',
      ...LONG,
    });
    const [colored, plain, variable] = [
      startOnTerminal(['plans', 'watch', id], reach(gradus)),
      startOnTerminal(['plans', 'watch', id, '--no-color'], reach(gradus)),
      startOnTerminal(['plans', 'watch', id], { ...reach(gradus), NO_COLOR: '1' }),
    ];
    for (const shown of [colored, plain, variable]) {
      expect(await shown.ended).toBe(3);
      const [, , state, reason, waiting] = shown.screen();
      expect(state).toBe('paused: 0 of 2 agents done, 2 failed');
      expect(reason).toMatch(
        /^Failure threshold exceeded: 1 of 2 failed, 0 allowed; most frequent: checksum mismatch \(1\)$/,
      );
      expect(waiting).toMatch(/^waits for resume since \S+Z$/);
    }
    const red = '\u001b[31m';
    expect(colored.raw).toContain(red);
    expect(plain.raw + variable.raw).not.toMatch(/\[\d+m/);
  });

  test('Ctrl-C ends it with 130, the cursor is there again, and the plan goes on', async () => {
    const agentIds = await registerAgents(client, 'left', 1);
    const { id } = await client.createPlan({ ...PLAN, name: 'left', agentIds });
    const shown = startOnTerminal(['plans', 'watch', id], reach(gradus));
    await waitFor(() => shown.screen().some((line) => line.startsWith('batch 0')), {
      what: 'the bars',
      ...LONG,
    });
    shown.type('\u0003');
    expect(await shown.ended).toBe(130);
    expect(shown.hasCursor).toBe(true);
    // The terminal itself has echoed the key.
    expect(shown.screen().at(-1)).toBe(`^CStopped watching; ${id} itself is not affected.`);
    expect((await client.getPlanSummary(id)).status).toBe('running');
  });

  test('of more batches than fit, those around the current one are drawn', async () => {
    const agentIds = await registerAgents(client, 'many', 60);
    const { id } = await client.createPlan({
      ...PLAN,
      name: 'many',
      agentIds,
      batchSize: 1,
      autoStart: false,
    });
    const shown = startOnTerminal(['plans', 'watch', id], reach(gradus));
    await waitFor(() => shown.screen().some((line) => line.startsWith('…')), { what: 'the bars', ...LONG });
    expect(shown.screen()[2]).toBe('pending: 0 of 60 agents done, 0 failed');
    expect(shown.screen()[3]).toMatch(/^waits for start since \S+Z$/);
    expect(shown.screen().filter((line) => line.startsWith('batch'))).toHaveLength(23);
    expect(shown.screen().at(-1)).toBe('… 37 batches after');
    // With the line that the cursor is on, no more than the terminal has.
    expect(shown.screen().length).toBeLessThan(30);
    await client.cancelPlan(id);
    expect(await shown.ended).toBe(5);
    expect(shown.screen()[2]).toMatch(/^cancelled: /);
  });

  test('what an agent says cannot give orders to the terminal', async () => {
    const agentIds = await registerAgents(client, 'evil', 1);
    const lca = createHandLca(client, 'lca-evil');
    const { id } = await client.createPlan({
      ...PLAN,
      name: '\u001b[2Jcleared',
      agentIds,
      failureThreshold: 1,
    });
    const task = await lca.takeTask();
    const error = 'bad\u001b]0;owned\u0007\u001b[2J\r\n\u202eend';
    const { lifecycleTaskUuid } = task;
    await lca.checkIn([{ agentId: task.agentId, tasks: [{ lifecycleTaskUuid, status: 'failed', error }] }]);
    await waitFor(async () => (await client.getPlanSummary(id)).status === 'completed', {
      what: 'the end',
      ...LONG,
    });
    const shown = startOnTerminal(['plans', 'get', id, '--batch', '0'], reach(gradus));
    expect(await shown.ended).toBe(0);
    expect(shown.screen()[1]).toContain('bad\\u001b]0;owned\\u0007\\u001b[2J\\u000d\\u000a\\u202eend');
    const title = startOnTerminal(['plans', 'watch', id], reach(gradus));
    await title.ended;
    expect(title.screen()[0]).toBe(`${id}  \\u001b[2Jcleared`);
  });
});
