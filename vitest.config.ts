// How the tests run: against the sources, on a real Redis.
import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/support/slowestFirst.js';

/** Our packages' sources instead of what was built of them. */
const conditions = ['source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      'test/**/*.test.ts',
      'packages/*/src/**/*.test.ts',
      'apps/*/src/**/*.test.ts',
      'scripts/*.test.mjs',
    ],
    globalSetup: ['test/support/redisGlobalSetup.ts'],
    environment: 'node',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 3,
    sequence: { sequencer: SlowestFirst },
    // Real processes run beside the tests; a test that only sometimes passes is a fault, not bad luck.
    retry: 0,
    allowOnly: false,
  },
});
