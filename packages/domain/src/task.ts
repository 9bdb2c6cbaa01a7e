// A plan task: the update of one component instance of one agent, as it is shown.

export type TaskStatus =
  | 'pending'
  | 'queued'
  | 'dispatched'
  | 'running'
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'cancelled';

export interface PlanTask {
  componentUuid: string;
  componentInstanceUuid: string;
  /** Of the latest attempt; each attempt has its own. */
  lifecycleTaskUuid: string;
  componentName: string;
  taskType: 'update';
  status: TaskStatus;
  nodeUuid: string;
  lcaUuid: string;
  runtimeStatus: string | null;
  actualVersion: string | null;
  actualRelease: string | null;
  agentId: string;
  attempt: number;
  error: string | null;
  previousVersion: string | null;
  previousRelease: string | null;
  dispatchedAt: string | null;
  completedAt: string | null;
}
