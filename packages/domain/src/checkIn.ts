// What an LCA and the control plane say to each other.

/** What an LCA says of one component instance; it is named by its UUID or by its name. */
export interface ComponentFacts {
  componentInstanceUuid?: string | undefined;
  componentName?: string | undefined;
  runtimeStatus?: string | null | undefined;
  actualVersion?: string | null | undefined;
  actualRelease?: string | null | undefined;
}

export const REPORTED_TASK_STATUSES = ['running', 'completed', 'failed', 'cancelled'] as const;

export interface TaskReport {
  lifecycleTaskUuid: string;
  status: (typeof REPORTED_TASK_STATUSES)[number];
  error?: string | null | undefined;
}

export interface AgentReport {
  agentId: string;
  components?: ComponentFacts[] | undefined;
  tasks?: TaskReport[] | undefined;
}

/** What an LCA is asked to carry out. */
export interface LifecycleTask {
  lifecycleTaskUuid: string;
  agentId: string;
  taskType: 'update';
  componentUuid: string;
  componentInstanceUuid: string;
  componentName: string;
  fromVersion: string;
  toVersion: string;
  toRelease: string;
  deadline: string;
  attempt: number;
}

export interface CheckInAnswer {
  /** How many reports were taken. */
  accepted: number;
  tasks: LifecycleTask[];
  cancel: string[];
}
