// Queues that do what queues may do at worst: deliver in any order, twice, late, or not at all.
import {
  type ApplyReportJob,
  batchJobId,
  type DispatchTaskJob,
  JOB_VERSION,
  type QueueName,
  type Queues,
} from '@gradus/queues';
import { dispatchJobId } from '../../packages/queues/src/jobIds.js';
import type { Choices } from './random.js';

export interface Job {
  queue: QueueName;
  name: 'start-plan' | 'reconcile' | 'drive-batch' | 'dispatch-task' | 'apply-report';
  id: string;
  data: unknown;
  /** By the hand-moved clock; 0: at once. */
  dueAt: number;
  isActive: boolean;
  /** Not delivered until it is let go. */
  isHeld: boolean;
}

export interface AdversaryQueues extends Queues {
  jobs(): readonly Job[];
  /** Takes one of the jobs that are due, to be run. */
  take(choices: Choices): Job | null;
  /** It was run: it is over, or comes again at its time. */
  done(job: Job, againAt: number | null): void;
  /** Its worker died: it is delivered again. */
  giveBack(job: Job): void;
  /** One more delivery of a job that was run already. */
  repeat(job: Job, isHeld: boolean): void;
  lose(job: Job): void;
  wipe(): void;
  reconcile(): void;
  /** Whether the event was handed over to be told. */
  isHandedOver(planId: string, eventId: string): boolean;
  /** From here on reports are held back, or not any more. */
  holdReports(hold: boolean): void;
  letGo(): void;
}

export function createAdversaryQueues(now: () => number): AdversaryQueues {
  let jobs: Job[] = [];
  const handedOver = new Set<string>();
  let added = 0;
  let holding = false;

  function add(queue: QueueName, name: Job['name'], data: object, id?: string, dueAt = 0): Job {
    added += 1;
    const job: Job = {
      queue,
      name,
      id: id ?? `${added}`,
      data: { v: JOB_VERSION, ...data },
      dueAt,
      isActive: false,
      isHeld: false,
    };
    jobs.push(job);
    return job;
  }

  /** One that is held back is a delivery more, on its way for long: it stands for no job that is still there. */
  const find = (queue: QueueName, id: string) =>
    jobs.find((job) => job.queue === queue && job.id === id && !job.isHeld);

  function addOnce(queue: QueueName, name: Job['name'], data: object, id: string, dueAt = 0): void {
    if (find(queue, id) === undefined) add(queue, name, data, id, dueAt);
  }

  const dispatch = (order: Omit<DispatchTaskJob, 'v'>) =>
    addOnce('tasks', 'dispatch-task', order, dispatchJobId(order));

  return {
    startPlan: async (planId, delayMs) => {
      const dueAt = now() + Math.max(0, delayMs);
      const job = find('plans', planId);
      if (job === undefined) add('plans', 'start-plan', { planId }, planId, dueAt);
      else if (delayMs <= 0) job.dueAt = 0;
    },
    ensurePlanJob: async (planId, delayMs) => {
      addOnce('plans', 'start-plan', { planId }, planId, now() + Math.max(0, delayMs));
    },
    driveBatch: async (planId, batchIndex) => {
      const data = { planId, batchIndex };
      const job = find('batches', batchJobId(planId, batchIndex));
      if (job === undefined) add('batches', 'drive-batch', data, batchJobId(planId, batchIndex));
      else if (job.isActive) add('batches', 'drive-batch', data);
      else job.dueAt = 0;
    },
    ensureBatchJob: async (planId, batchIndex) => {
      addOnce('batches', 'drive-batch', { planId, batchIndex }, batchJobId(planId, batchIndex));
    },
    dispatchTasks: async (orders) => orders.forEach(dispatch),
    redispatchTasks: async (orders) => orders.forEach(dispatch),
    applyReports: async (reports) => {
      add('reports', 'apply-report', reports).isHeld = holding;
    },
    oldestWaitingReport: async () => {
      const taken = jobs
        .filter(({ queue }) => queue === 'reports')
        .map(({ data }) => (data as ApplyReportJob).takenAt);
      return taken.length === 0 ? null : Math.min(...taken);
    },
    oldestWaitingDispatch: async () => {
      const released = jobs
        .filter(({ queue, isActive, isHeld }) => queue === 'tasks' && !isActive && !isHeld)
        .map(({ data }) => (data as DispatchTaskJob).releasedAt);
      return released.length === 0 ? null : Math.min(...released);
    },
    announceEvents: async () => undefined,
    pushTasks: async () => undefined,
    ensurePushJob: async () => undefined,
    deliverWebhooks: async (deliveries) => {
      for (const { event } of deliveries) handedOver.add(`${event.planId} ${event.id}`);
    },
    isHandedOver: (planId, eventId) => handedOver.has(`${planId} ${eventId}`),
    watchWrites: () => async () => undefined,
    setDispatchRate: async () => undefined,
    scheduleReconcile: async () => undefined,
    figures: async () => [],
    connected: () => true,
    all: () => [],
    close: async () => undefined,

    jobs: () => jobs,
    take: (choices) => {
      const ready = jobs.filter((job) => !job.isHeld && !job.isActive && job.dueAt <= now());
      const job = ready[choices.below(ready.length)];
      if (job === undefined) return null;
      job.isActive = true;
      return job;
    },
    done: (job, againAt) => {
      job.isActive = false;
      if (againAt === null) jobs = jobs.filter((one) => one !== job);
      else job.dueAt = againAt;
    },
    giveBack: (job) => {
      job.isActive = false;
    },
    repeat: (job, isHeld) => {
      jobs.push({ ...job, dueAt: 0, isActive: false, isHeld });
    },
    lose: (job) => {
      jobs = jobs.filter((one) => one !== job);
    },
    wipe: () => {
      jobs = [];
    },
    reconcile: () => {
      addOnce('plans', 'reconcile', {}, 'reconcile');
    },
    holdReports: (hold) => {
      holding = hold;
    },
    letGo: () => {
      for (const job of jobs) job.isHeld = false;
    },
  };
}
