// Examples of a plan's tasks.
import type { PlanTask } from '@gradus/domain';

const PENDING: PlanTask = {
  componentUuid: 'fbb1c5107da28be044b49353efce6cf7',
  componentInstanceUuid: 'c165a0f9eed1f6ca78a78b90db0979f2',
  lifecycleTaskUuid: 'task-eeec6039-58be-4b50-be6b-b8cd76cd7bbe',
  componentName: 'zmetis',
  taskType: 'update',
  status: 'pending',
  nodeUuid: 'ea54095877065ac7312fc8053a14d249',
  lcaUuid: 'lca-1',
  runtimeStatus: 'running',
  actualVersion: '1.2.0',
  actualRelease: '215',
  agentId: 'item1',
  attempt: 1,
  error: null,
  previousVersion: '1.2.0',
  previousRelease: '215',
  dispatchedAt: null,
  completedAt: null,
};
const OTHER_PENDING: PlanTask = {
  ...PENDING,
  componentInstanceUuid: '1d0b0dfd4d0f5a6f0c7f7c3b1c9e2a48',
  lifecycleTaskUuid: 'task-a1b2c3d4-e5f6-7890-abcd-ef1234567890',
  nodeUuid: '5b1f6a0f1c5d4f0a9e8d7c6b5a493827',
  lcaUuid: 'lca-2',
  agentId: 'item2',
};

/** Of a plan that is new. */
export const PENDING_TASKS: PlanTask[] = [PENDING, OTHER_PENDING];

/** One that has completed, and one that has failed. */
export const ENDED_TASKS: PlanTask[] = [
  {
    ...PENDING,
    status: 'completed',
    actualVersion: '1.3.0',
    actualRelease: '221',
    dispatchedAt: '2026-01-15T08:00:00.210Z',
    completedAt: '2026-01-15T08:01:12.480Z',
  },
  {
    ...OTHER_PENDING,
    status: 'failed',
    error: 'upgrade failed: timeout',
    dispatchedAt: '2026-01-15T08:00:00.215Z',
    completedAt: '2026-01-15T08:30:00.216Z',
  },
];
