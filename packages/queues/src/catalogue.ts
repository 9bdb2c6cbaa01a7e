// The job catalogue: every queue, every job and what it carries.
import { KEPT_EVENT_TYPES, type KeptEvent, REPORTED_TASK_STATUSES } from '@gradus/domain';
import { z } from 'zod';

/**
 * `plans` starts plans and reconciles; `batches` drives batches; `tasks` hands lifecycle tasks to their LCAs
 * under the rate limit; `reports` applies what LCAs said; `webhooks` tells others what happened to plans; `pushes`
 * brings LCAs that cannot ask what is in their mailboxes.
 */
export const QUEUE_NAMES = ['plans', 'batches', 'tasks', 'reports', 'webhooks', 'pushes'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/**
 * The version of the jobs' data. A version works on all up to this one; a job of a newer one is left to the workers
 * that know it. A new kind of job is a new version too, but for one in a queue that is new with it.
 */
export const JOB_VERSION = 1;

const version = z.int().min(1).max(JOB_VERSION);

export const startPlanJob = z.object({ v: version, planId: z.string() });
/** It carries nothing: whoever takes it, of whatever version, looks after the plans that it knows. */
export const reconcileJob = z.object({ v: z.int() });
export const driveBatchJob = z.object({ v: version, planId: z.string(), batchIndex: z.int().min(0) });
export const dispatchTaskJob = z.object({
  v: version,
  planId: z.string(),
  batchIndex: z.int().min(0),
  agentId: z.string(),
  lifecycleTaskUuid: z.string(),
  lcaUuid: z.string(),
  outboxEntry: z.string(),
  releasedAt: z.int(),
});
export const applyReportJob = z.object({
  v: version,
  lcaUuid: z.string(),
  /** When the api took the reports: milliseconds since 1970. */
  takenAt: z.int(),
  requestId: z.string(),
  reports: z.array(
    z.object({
      agentId: z.string(),
      components: z
        .array(
          z.object({
            componentInstanceUuid: z.string().optional(),
            componentName: z.string().optional(),
            runtimeStatus: z.string().nullish(),
            actualVersion: z.string().nullish(),
            actualRelease: z.string().nullish(),
          }),
        )
        .optional(),
      tasks: z
        .array(
          z.object({
            lifecycleTaskUuid: z.string(),
            status: z.enum(REPORTED_TASK_STATUSES),
            error: z.string().nullish(),
          }),
        )
        .optional(),
    }),
  ),
});

/** It carries no task: what is due is in the mailbox. */
export const pushTasksJob = z.object({ v: version, lcaUuid: z.string() });
const keptEvent = z.object({
  id: z.string(),
  at: z.string(),
  type: z.enum(KEPT_EVENT_TYPES),
  planId: z.string(),
  batchIndex: z.int().nullable(),
  agentId: z.string().nullable(),
  lifecycleTaskUuid: z.string().nullable(),
  actor: z.string().nullable(),
  detail: z.string().nullable(),
}) satisfies z.ZodType<KeptEvent>;
/** To every endpoint that wants to know: what a plan that is about to be deleted has left untold. */
export const announceEventsJob = z.object({ v: version, events: z.array(keptEvent) });
/** One event to one endpoint. Where that is, and its secrets, are settings, and never in Redis. */
export const deliverWebhookJob = z.object({
  v: version,
  endpoint: z.string(),
  event: keptEvent,
  /** When it was handed over: milliseconds since 1970. */
  announcedAt: z.int(),
});

/** @returns the version of a job's data where only newer workers know it, else null */
export function newerVersionOf(data: unknown): number | null {
  const version: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'v') : undefined;
  return typeof version === 'number' && version > JOB_VERSION ? version : null;
}

export type StartPlanJob = z.infer<typeof startPlanJob>;
export type DriveBatchJob = z.infer<typeof driveBatchJob>;
export type DispatchTaskJob = z.infer<typeof dispatchTaskJob>;
export type ApplyReportJob = z.infer<typeof applyReportJob>;
export type DeliverWebhookJob = z.infer<typeof deliverWebhookJob>;
