// Every process is replaced, one after the other, while a plan is in progress and a client keeps asking.
import { type Connection, connect } from '@gradus/redis';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { type Balancer, startBalancer } from '../support/balancer.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE } from '../support/http.js';
import type { RunningApp } from '../support/processes.js';
import { stalledJobs } from '../support/stalledJobs.js';
import { startWatchedPlan } from '../support/watchedPlan.js';

const AGENTS = 200;
const WORKERS = 3;
const UPGRADE_MS = 2_000;
/** The plan does not end before every process is replaced. */
const ENDS_AFTER = 'a150';
/** The balancer looks before each request: any time longer than that takes. */
const ENV = { GRADUS_DRAIN_NOTICE: '2s', GRADUS_DRAIN: '1m' };
const FAULTS = /^(job failed|job stalled|unexpected error|requests were cut off)/;
const CLEAN = { code: 0, signal: null };

let gradus: Gradus;
let balancer: Balancer;
let redis: Connection;

beforeEach(async () => {
  redis = connect(inject('redisUrl'), 'patient', () => undefined);
  gradus = await startGradus({ workers: WORKERS, env: ENV });
  balancer = await startBalancer();
});
afterEach(async () => {
  await balancer?.close();
  await gradus?.stop();
  await redis.quit();
});

const urlOf = (api: RunningApp) => String(api.ready['url']);

/** Asks for one path after the other, again and again. @returns stops, and gives all that was no whole answer of 200 */
function keepAsking(paths: readonly string[]): () => Promise<string[]> {
  const failed: string[] = [];
  let isStopped = false;
  const ask = async (path: string) => {
    try {
      const headers = { authorization: `Bearer ${gradus.token}` };
      const response = await fetch(balancer.url + path, { headers });
      await response.json();
      if (response.status !== 200) failed.push(`${path}: ${response.status}`);
    } catch (error) {
      failed.push(`${path}: ${String(error)}`);
    }
  };
  const askOn = async () => {
    while (!isStopped) for (const path of paths) await ask(path);
  };
  const asking = askOn();
  return async () => {
    isStopped = true;
    await asking;
    return failed;
  };
}

/** Follows the plan's events over all the streams that it takes. @returns the ids of all */
async function follow(planId: string): Promise<{ ids: number[]; streams: number }> {
  const ids: number[] = [];
  let streams = 0;
  for (let isOver = false; !isOver; streams += 1) {
    const stream = await fetch(`${balancer.url}${BASE}/upgrade-plans/${planId}/events`, {
      headers: {
        authorization: `Bearer ${gradus.token}`,
        accept: 'text/event-stream',
        ...(ids.length > 0 ? { 'last-event-id': String(ids.at(-1)) } : {}),
      },
    });
    if (stream.body === null) expect.unreachable();
    let text = '';
    for await (const part of stream.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      isOver = /^event: plan\.completed\ndata: .*\nid: \d+\n/m.test(text);
      if (isOver) break;
    }
    ids.push(...[...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)));
  }
  return { ids, streams };
}

it('no request fails, no job stalls, and every agent is upgraded once', { timeout: 300_000 }, async () => {
  const apis = [gradus.api, await gradus.addApi()];
  const workers = [...gradus.workers];
  balancer.lead(apis.map(urlOf));
  let isReplaced = false;
  const plan = await startWatchedPlan({ url: balancer.url, token: gradus.token }, AGENTS, {
    upgradeMs: UPGRADE_MS,
    mayEnd: ({ agentId }) => isReplaced || agentId < ENDS_AFTER,
  });
  const following = follow(plan.id);
  // Where the test has failed by then, its end breaks the stream off.
  following.catch(() => undefined);
  const path = `${BASE}/upgrade-plans`;
  const stopAsking = keepAsking([`${path}/${plan.id}`, `${path}/${plan.id}?view=summary`, path]);
  const ended: RunningApp[] = [];

  await plan.untilDone(5);
  for (const [index, api] of apis.entries()) {
    expect(await api.kill('SIGTERM')).toEqual(CLEAN);
    ended.push(api);
    apis[index] = await gradus.addApi();
    balancer.lead(apis.map(urlOf));
  }
  for (const worker of workers) {
    expect(await worker.kill('SIGTERM')).toEqual(CLEAN);
    await gradus.addWorker();
  }
  isReplaced = true;

  await plan.expectRightEnd();
  const { ids, streams } = await following;
  expect(streams).toBeGreaterThan(1);
  expect(ids).toEqual(ids.map((_, index) => index + 1));
  expect(await stopAsking()).toEqual([]);
  expect(balancer.faults).toEqual([]);
  expect(balancer.answered()).toBeGreaterThan(AGENTS);
  expect(await stalledJobs(redis, gradus.namespace)).toEqual([]);
  const said = [...ended, ...apis, ...gradus.workers].flatMap(({ log }) => log.map(({ msg }) => msg));
  expect(said.filter((msg) => FAULTS.test(msg))).toEqual([]);
});
