// A deliberate bug for each kind of fault: with it in the build, the run has to find it under that fault, and, so
// that it is the fault that bites, to find nothing without.
import type { PlantedBug } from '../support/plantedBugs.js';
import type { FaultKind } from './faults.js';

const START_WORKERS = 'apps/worker/src/startWorkers.ts';
const DISPATCH_TASK = 'apps/worker/src/processors/dispatchTask.ts';
const CHECK_IN = 'apps/api/src/routes/checkIn.ts';
const TAKE_REPORTS = 'apps/api/src/takeReports.ts';
const CONNECT = 'packages/redis/src/connect.ts';
const RETRY_STRATEGY = 'Math.min(50 * 2 ** Math.min(times, 6), RECONNECT_AT_MOST_MS)';
const PUT_TASK =
  'const isPushed = await store.mailboxes.putTask(order.lcaUuid, task, store.now(), traceparent());';
const CLEAR_OUTBOX = 'await store.steps.clearOutbox(order);';
/** Widens a gap that is there anyway, so that a fault falls into it. */
const PAUSE = 'await new Promise((resolve) => setTimeout(resolve, 300));';

const NEVER_STALLED: PlantedBug = {
  name: 'stalled jobs are not looked for',
  edits: [
    {
      file: START_WORKERS,
      from: '...LOCKS, concurrency }',
      to: '...LOCKS, concurrency, skipStalledCheck: true }',
    },
  ],
};

const HANDED_OUT_ONCE: PlantedBug = {
  name: 'a task is handed out once only',
  edits: [
    {
      file: 'packages/store/lua/mailbox/take.lua',
      from: "redis.call('ZADD', K.due, NOW + again, uuid)",
      to: "redis.call('ZREM', K.due, uuid)",
    },
    { file: CHECK_IN, from: 'return c.json({ accepted', to: `${PAUSE}\n    return c.json({ accepted` },
  ],
};

/** `appendfsync` where the bug shows with one of them alone. */
type ChaosMutant = PlantedBug & { appendfsync?: 'always' | 'everysec' };

export const MUTANTS: Record<FaultKind, ChaosMutant> = {
  'kill-worker': NEVER_STALLED,
  'kill-api': HANDED_OUT_ONCE,
  'freeze-worker': {
    name: 'a task that is over already stays in its mailbox',
    edits: [
      {
        file: 'packages/store/lua/plan/apply-report.lua',
        from: "report.status ~= 'running' and isOver and 'ended'",
        to: "report.status ~= 'running' and isOver and (not task or task.status ~= 'completed' or task.completedAt == NOW) and 'ended'",
      },
      { file: DISPATCH_TASK, from: PUT_TASK, to: `${PAUSE}\n    ${PUT_TASK}` },
    ],
  },
  'freeze-api': {
    name: 'reports of who has hung up are taken',
    edits: [
      {
        file: TAKE_REPORTS,
        from: 'if (await hasHungUp(c)) throw',
        to: 'if ((await hasHungUp(c)) && reports.length === 0) throw',
      },
    ],
  },
  'kill-redis': {
    name: 'a connection that Redis does not take back at once is given up',
    edits: [{ file: CONNECT, from: RETRY_STRATEGY, to: `times > 2 ? null : ${RETRY_STRATEGY}` }],
  },
  'power-cut': {
    name: 'a task that runs is not handed out again',
    appendfsync: 'everysec',
    edits: [
      {
        file: 'packages/store/lua/mailbox/settle-task.lua',
        from: "redis.call('ZADD', K.due, NOW + IN.runningAgainMs, uuid)",
        to: "redis.call('ZREM', K.due, uuid)",
      },
    ],
  },
  'kill-clients': {
    name: 'a connection that broke is not opened again',
    edits: [{ file: CONNECT, from: RETRY_STRATEGY, to: `times > 0 ? null : ${RETRY_STRATEGY}` }],
  },
  'cut-network': {
    name: 'a task leaves the outbox before its mailbox has it',
    edits: [
      { file: DISPATCH_TASK, from: `    ${CLEAR_OUTBOX}\n`, to: '' },
      { file: DISPATCH_TASK, from: PUT_TASK, to: `${CLEAR_OUTBOX}\n    ${PAUSE}\n    ${PUT_TASK}` },
    ],
  },
  'delay-network': {
    name: "an answer's way is taken for the clock's fault",
    edits: [
      {
        file: 'packages/store/src/clock.ts',
        from: 'if (isMeasured && after - before > TRUSTED_WITHIN_MS) return;',
        to: 'if (isMeasured && after - before > 1_000 * TRUSTED_WITHIN_MS) return;',
      },
      { file: 'packages/store/src/clock.ts', from: '(before + after) / 2', to: 'before' },
      {
        file: 'packages/store/src/clock.ts',
        from: 'const MEASURE_EVERY_MS = 10_000;',
        to: 'const MEASURE_EVERY_MS = 1_000;',
      },
    ],
  },
  'truncate-network': NEVER_STALLED,
  'wipe-queues': {
    name: 'lost jobs of batches are not put back',
    edits: [
      {
        file: 'apps/worker/src/processors/reconcile.ts',
        from: "if (status !== 'pending') await queues.ensureBatchJob(planId, currentBatch);",
        to: "if (status !== 'pending') void currentBatch;",
      },
    ],
  },
  'shift-clock': {
    name: 'each process goes by its own clock',
    edits: [
      {
        file: 'packages/store/src/clock.ts',
        from: 'Date.now() + offsetMs, stop',
        to: 'Date.now() + 0 * offsetMs, stop',
      },
    ],
  },
  'disorder-reports': {
    // What an LCA repeats because it had no answer comes later.
    name: 'a failure that is reported twice within a second is counted twice',
    edits: [
      {
        file: 'packages/store/lua/plan/apply-report.lua',
        from: '\n  watch()\n  saveAgent(agent)\n',
        to: `
  watch()
  for _, report in ipairs(IN.tasks) do
    local index, task = taskOf(report.lifecycleTaskUuid)
    if task and task.status == 'failed' and not openBefore[index] and NOW - task.completedAt < 1000 then
      agent.before = 'pending'
    end
  end
  saveAgent(agent)
`,
      },
    ],
  },
  'crash-lca': HANDED_OUT_ONCE,
};
