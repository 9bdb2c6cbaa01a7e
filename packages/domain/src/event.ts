// What happened to a plan.

export const EVENT_TYPES = [
  'plan.created',
  'plan.started',
  'plan.paused',
  'plan.resumed',
  'plan.completed',
  'plan.failed',
  'plan.cancelled',
  'batch.started',
  'batch.observing',
  'batch.promoted',
  'batch.completed',
  'task.dispatched',
  'task.running',
  'task.completed',
  'task.failed',
] as const;

export type PlanEventType = (typeof EVENT_TYPES)[number];

/** The actor of what Gradus did by itself: no key and no subject has this name. */
export const ITSELF = 'gradus';

/** Those that are kept as long as the plan: of the plan and its batches. */
export type KeptEventType = Exclude<PlanEventType, `task.${string}`>;

export const KEPT_EVENT_TYPES = EVENT_TYPES.filter(
  (type): type is KeptEventType => !type.startsWith('task.'),
);

export interface PlanEvent {
  /** Rises by one with every event of the plan. */
  id: string;
  at: string;
  type: PlanEventType;
  planId: string;
  batchIndex: number | null;
  agentId: string | null;
  lifecycleTaskUuid: string | null;
  /** Who did it: a key's name, or {@link ITSELF}. */
  actor: string | null;
  /** Why, and the numbers that it was decided on. */
  detail: string | null;
}

export interface KeptEvent extends PlanEvent {
  type: KeptEventType;
}
