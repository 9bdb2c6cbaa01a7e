// Examples of what an LCA and the control plane say to each other.
import type { AgentReport, CheckInAnswer } from '@gradus/domain';
import type { Examples } from '../schemas/content.js';
import { EXAMPLE_ARTIFACT } from './releases.js';

const TASK = 'task-c82fa08a-2160-40ac-9342-5859b0399f72';

const TASK_ARTIFACT_URL = `https://gradus.example/api/v1/lifecycle/lcas/lca-hall-2/tasks/${TASK}/artifacts/zmetis-1.3.0.tar`;

export const CHECK_INS: Examples<{ reports: AgentReport[] }> = {
  idle: { summary: 'Nothing to report: is there work?', value: { reports: [] } },
  running: {
    summary: 'The task has begun',
    value: {
      reports: [{ agentId: 'press-7', tasks: [{ lifecycleTaskUuid: TASK, status: 'running' }] }],
    },
  },
  completed: {
    summary: 'The task is done, and this is what the instance runs now',
    value: {
      reports: [
        {
          agentId: 'press-7',
          components: [
            {
              componentName: 'zmetis',
              runtimeStatus: 'running',
              actualVersion: '1.3.0',
              actualRelease: '221',
            },
          ],
          tasks: [{ lifecycleTaskUuid: TASK, status: 'completed' }],
        },
      ],
    },
  },
  failed: {
    summary: 'The task has failed',
    value: {
      reports: [
        {
          agentId: 'press-7',
          tasks: [{ lifecycleTaskUuid: TASK, status: 'failed', error: 'no space left on /data' }],
        },
      ],
    },
  },
};

export const CHECK_IN_ANSWERS: Examples<CheckInAnswer> = {
  work: {
    summary: 'A task to carry out, and another to drop',
    value: {
      accepted: 0,
      tasks: [
        {
          lifecycleTaskUuid: TASK,
          agentId: 'press-7',
          taskType: 'update',
          componentUuid: 'fbb1c5107da28be044b49353efce6cf7',
          componentInstanceUuid: '6a0eb130adbdab50be021d8d7fee46b0',
          componentName: 'zmetis',
          fromVersion: '1.2.0',
          toVersion: '1.3.0',
          toRelease: '221',
          deadline: '2026-01-15T08:30:00.210Z',
          attempt: 1,
          artifacts: [{ ...EXAMPLE_ARTIFACT, url: TASK_ARTIFACT_URL }],
        },
      ],
      cancel: ['task-3f0e5a52-7a0c-4d1c-9b1e-2b8f2f1f7a10'],
    },
  },
  taken: { summary: 'One report was taken', value: { accepted: 1, tasks: [], cancel: [] } },
};
