// Processes that die in the middle of a plan: nothing is lost, nothing is counted or dispatched twice.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Gradus, startGradus } from '../support/gradus.js';
import { loseQueueLists, wipeQueues } from '../support/namespace.js';
import { startWatchedPlan } from '../support/watchedPlan.js';

const AGENTS = 200;

let gradus: Gradus;

beforeEach(async () => {
  // What was lost with a queue is asked for again after this.
  gradus = await startGradus({ workers: 1, env: { GRADUS_REDELIVER_RUNNING: '10s' } });
});
afterEach(() => gradus.stop());

describe('the plan ends right after', { timeout: 120_000 }, () => {
  it('a worker is killed and another one started', async () => {
    const plan = await startWatchedPlan(gradus, AGENTS);
    await plan.untilDone(30);
    await gradus.workers[0]?.kill('SIGKILL');
    await gradus.addWorker();
    await plan.expectRightEnd();
  });

  it('the api is killed and started again', async () => {
    const plan = await startWatchedPlan(gradus, AGENTS);
    await plan.untilDone(30);
    await gradus.restartApi('SIGKILL');
    await plan.expectRightEnd();
  });

  it('both are killed at once, and started again', async () => {
    const plan = await startWatchedPlan(gradus, AGENTS);
    await plan.untilDone(30);
    await Promise.all([gradus.workers[0]?.kill('SIGKILL'), gradus.restartApi('SIGKILL')]);
    await gradus.addWorker();
    await plan.expectRightEnd();
  });

  it('every queue is wiped', async () => {
    const plan = await startWatchedPlan(gradus, AGENTS);
    await plan.untilDone(30);
    expect(await wipeQueues(gradus.namespace)).toBeGreaterThan(0);
    await plan.expectRightEnd();
  });

  it('every queue loses its lists, and of its jobs only the rows are left', async () => {
    const plan = await startWatchedPlan(gradus, AGENTS);
    await plan.untilDone(30);
    await loseQueueLists(gradus.namespace);
    await plan.expectRightEnd();
  });

  it('a worker dies again and again', async () => {
    const plan = await startWatchedPlan(gradus, AGENTS);
    for (const done of [20, 50, 110, 150]) {
      await plan.untilDone(done);
      await gradus.workers.at(-1)?.kill('SIGKILL');
      await gradus.addWorker();
    }
    await plan.expectRightEnd();
  });
});
