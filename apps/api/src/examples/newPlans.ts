// Examples of what a client sends to have a plan made.

/** As the schema of a new plan has them, whose limits are the api's settings. */
export const NEW_PLANS = {
  documented: {
    summary: 'Two agents in one batch',
    value: {
      name: 'Upgrade agents to v1.3.0',
      fromVersion: '1.2.0',
      toVersion: '1.3.0',
      toRelease: '221',
      agentIds: 'item1,item2',
      batchSize: 10,
      failureThreshold: 0.1,
      concurrency: 5,
      createdBy: 'admin',
      observeDuration: '10m',
    },
  },
  canary: {
    summary: 'A canary that somebody has to promote, then 40 %, then the rest',
    value: {
      name: 'A canary, then the rest',
      fromVersion: '1.2.0',
      toVersion: '1.3.0',
      toRelease: '221',
      agentIds: ['item1', 'item2', 'item3', 'item4', 'item5'],
      batchSizes: [1, '40%'],
      observeDuration: '1h30m',
      gate: 'manual' as const,
    },
  },
  night: {
    summary: 'At an instant, with a second attempt, and taken back where too many fail',
    value: {
      name: 'In the night',
      fromVersion: '1.2.0',
      toVersion: '1.3.0',
      toRelease: '221',
      agentIds: ['item1', 'item2'],
      startAt: '2030-01-15T02:00:00Z',
      maxAttempts: 2,
      taskTimeout: 'PT20M',
      onThreshold: 'rollback' as const,
    },
  },
};
