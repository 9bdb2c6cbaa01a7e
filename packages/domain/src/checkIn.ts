// What an LCA and the control plane say to each other.
import type { Artifact } from './release.js';

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

/** What is to be carried out, as it waits for its LCA. */
export interface TaskOrder {
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

/** What an LCA is asked to carry out. */
export interface LifecycleTask extends TaskOrder {
  /** What the target is made of; empty where there is no such release. */
  artifacts: Artifact[];
}

export interface CheckInAnswer {
  /** How many reports were taken. */
  accepted: number;
  tasks: LifecycleTask[];
  cancel: string[];
}
