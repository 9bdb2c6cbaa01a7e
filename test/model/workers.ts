// The workers' own handlers, run on the adversary's jobs: one at a time, several by turns, or dying on the way.
import type { Queues } from '@gradus/queues';
import type { Store } from '@gradus/store';
import type { Deps } from '../../apps/worker/src/deps.js';
import { createLeftAlone } from '../../apps/worker/src/leftAlone.js';
import { applyReport } from '../../apps/worker/src/processors/applyReport.js';
import { dispatchTask } from '../../apps/worker/src/processors/dispatchTask.js';
import { driveBatch } from '../../apps/worker/src/processors/driveBatch.js';
import { reconcile } from '../../apps/worker/src/processors/reconcile.js';
import { startPlan } from '../../apps/worker/src/processors/startPlan.js';
import type { AdversaryQueues, Job } from './adversaryQueues.js';
import { agree } from './disagreement.js';
import type { Choices } from './random.js';
import { type Turn, type Watched, watchStore } from './watchedStore.js';

type Processor = ReturnType<typeof driveBatch>;
type BullJob = Parameters<Processor>[0];

const PROCESSORS: Record<Job['name'], (deps: Deps) => Processor> = {
  'start-plan': startPlan,
  reconcile,
  'drive-batch': driveBatch,
  'dispatch-task': dispatchTask,
  'apply-report': applyReport,
};

const SECOND_MS = 1_000;
/** Longer than any run. */
const RETENTION_MS = 86_400_000;
const EVENTS_AT_MOST = 10_000;

/** Told of everything: the queue keeps what it is to hear. */
const WEBHOOKS: Deps['webhooks'] = {
  endpoints: [{ name: 'model', url: 'https://model.example', secrets: [] }],
  attempts: 1,
  backoffMs: SECOND_MS,
  withinMs: SECOND_MS,
};

const silent = () => undefined;
const logger = { trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/** The process ended between two of its calls. */
class WorkerDied extends Error {
  readonly code = 'worker-died';
  constructor() {
    super('the worker died');
    this.name = 'WorkerDied';
  }
}

function turnsOf(queues: AdversaryQueues, turn: Turn): Queues {
  return {
    ...queues,
    startPlan: (...args) => turn(() => queues.startPlan(...args)),
    ensurePlanJob: (...args) => turn(() => queues.ensurePlanJob(...args)),
    driveBatch: (...args) => turn(() => queues.driveBatch(...args)),
    ensureBatchJob: (...args) => turn(() => queues.ensureBatchJob(...args)),
    dispatchTasks: (...args) => turn(() => queues.dispatchTasks(...args)),
    redispatchTasks: (...args) => turn(() => queues.redispatchTasks(...args)),
    deliverWebhooks: (...args) => turn(() => queues.deliverWebhooks(...args)),
    oldestWaitingReport: () => turn(() => queues.oldestWaitingReport()),
    oldestWaitingDispatch: () => turn(() => queues.oldestWaitingDispatch()),
  };
}

/** Somebody whose commands come between the workers' calls. */
export type Operator = (turn: Turn) => Promise<void>;

export function createWorkers(watched: Watched, queues: AdversaryQueues) {
  /** No plan is retired before all that happened to it was handed over to be told. */
  function toldFirst(steps: Store['steps']): Store['steps'] {
    return {
      ...steps,
      retirePlan: async (planId) => {
        await steps.retirePlan(planId);
        const events = await watched.store.plans.listEvents(planId, { after: 0, limit: EVENTS_AT_MOST });
        const kept = events?.items.filter(({ type }) => !type.startsWith('task.')) ?? [];
        const missed = kept.filter(({ id }) => !queues.isHandedOver(planId, id)).map(({ type }) => type);
        agree(`what ${planId} had not told when it was retired`, missed, []);
      },
    };
  }

  /** Runs a job to its end; what its calls do, they do by `turn`. */
  async function runJob(job: Job, turn: Turn): Promise<void> {
    const underWay = new Set<Promise<unknown>>();
    const followed: Turn = (call) => {
      const answer = turn(call);
      underWay.add(answer);
      return answer;
    };
    const { store, untold } = watchStore(watched, followed);
    const deps = {
      store: { ...store, steps: toldFirst(store.steps) },
      queues: turnsOf(queues, followed),
      logger: logger as unknown as Deps['logger'],
      planRetentionMs: RETENTION_MS,
      namespace: 'model',
      isTraced: false,
      webhooks: WEBHOOKS,
      webhookMetrics: { ended: silent, expect: silent },
      tellPushed: async () => undefined,
      pushWithinMs: SECOND_MS,
      publicUrl: '',
      pushMetrics: { ended: silent },
      outbound: { post: async () => 200, close: async () => undefined },
      leftAlone: createLeftAlone(logger as unknown as Deps['logger']),
      outOfTime: new AbortController().signal,
    };
    let againAt: number | null = null;
    const bullJob = {
      id: job.id,
      name: job.name,
      data: job.data,
      // BullMQ's instants are by the process' own clock; what is to come soon comes at the next second.
      moveToDelayed: async (at: number) => {
        const delayS = Math.round((at - Date.now()) / SECOND_MS);
        againAt = watched.store.now() + (at > Date.now() ? Math.max(delayS, 1) : 0) * SECOND_MS;
      },
    };
    try {
      await PROCESSORS[job.name](deps)(bullJob as unknown as BullJob, 'token');
    } catch (error) {
      await Promise.allSettled(underWay);
      if (error instanceof WorkerDied) return queues.giveBack(job);
      if (againAt === null) throw error;
    }
    agree(`what ${job.name} did not tell the mailboxes`, untold(), []);
    queues.done(job, againAt);
  }

  return {
    /** @param callsToLive after so many calls the worker dies; null: it lives */
    runAlone: (job: Job, callsToLive: number | null): Promise<void> => {
      let left = callsToLive ?? Number.POSITIVE_INFINITY;
      return runJob(job, async (call) => {
        if (left === 0) throw new WorkerDied();
        left -= 1;
        return call();
      });
    },
    /** Runs the jobs and the operators side by side: whose next call is next, the choices say. */
    runTogether: async (
      jobs: readonly Job[],
      operators: readonly Operator[],
      choices: Choices,
    ): Promise<void> => {
      const waiting: (() => Promise<unknown>)[] = [];
      const turn: Turn = (call) =>
        new Promise((resolve, reject) => {
          waiting.push(() => call().then(resolve, reject));
        });
      const faults: unknown[] = [];
      const atWork = [...jobs.map((job) => runJob(job, turn)), ...operators.map((operate) => operate(turn))];
      let running = atWork.length;
      for (const work of atWork) {
        work
          .catch((fault: unknown) => faults.push(fault))
          .finally(() => {
            running -= 1;
          });
      }
      while (running > 0) {
        // By then each has come as far as it can without a turn.
        await new Promise((resolve) => setImmediate(resolve));
        const [next] = waiting.splice(choices.below(waiting.length), 1);
        await next?.();
      }
      if (faults.length > 0) throw faults[0];
    },
  };
}
