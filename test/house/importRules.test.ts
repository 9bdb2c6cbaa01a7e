// The import rules find what they forbid: each is broken once, in a house of a few files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const FILES: Record<string, string> = {
  'packages/domain/src/index.ts': "import 'node:fs'; import '../../store/src/index.js';",
  'packages/domain/src/index.test.ts': "import '../../store/src/index.js';",
  'packages/redis/src/index.ts': "import '../../domain/src/index.js';",
  'packages/store/src/index.ts':
    "import type {} from '../../queues/src/index.js'; import '../../metrics/src/index.js';",
  'packages/metrics/src/index.ts':
    "import 'prom-client'; import '../../outbound/src/index.js'; import '../../traces/src/index.js';",
  'packages/traces/src/index.ts': "import '../../domain/src/index.js';",
  'packages/outbound/src/index.ts': "import '../../domain/src/index.js'; import 'undici';",
  'packages/queues/src/index.ts': "import '../../../apps/api/src/main.js';",
  'packages/client/src/index.ts': "import '../../redis/src/index.js'; import 'ioredis';",
  'packages/client/src/forgotten.ts': 'export const nobody = 1;',
  'apps/cli/src/main.ts': "import '../../../packages/store/src/index.js';",
  'apps/console/src/main.ts': "import '../../../packages/store/src/index.js'; import 'node:fs';",
  'apps/api/src/main.ts':
    "import '../../worker/src/main.js'; import type {} from 'bullmq'; import 'prom-client'; import './cycle.js';",
  'apps/api/src/cycle.ts': "import './main.js'; import './missing.js';",
  'apps/worker/src/main.ts':
    "import '../../../packages/redis/src/index.js'; import '../../../test/helper.js'; import 'undici'; import 'bullmq-otel';",
  'test/helper.ts': 'export const helper = 1;',
  'node_modules/ioredis/index.js': '',
  'node_modules/bullmq/index.js': '',
  'node_modules/prom-client/index.js': '',
  'node_modules/undici/index.js': '',
  'node_modules/bullmq-otel/index.js': '',
};

const house = mkdtempSync(join(tmpdir(), 'gradus-house-'));
afterAll(() => rmSync(house, { recursive: true, force: true }));

interface Summary {
  violations: { rule: { name: string }; from: string; to: string }[];
  ruleSetUsed: { forbidden: { name: string }[] };
}

function cruiseHouse(): Summary {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(house, dirname(path)), { recursive: true });
    writeFileSync(join(house, path), text);
  }
  const cruiser = join(ROOT, 'node_modules/.bin/depcruise');
  const rules = join(ROOT, '.dependency-cruiser.mjs');
  const args = ['--config', rules, '--output-type', 'json', 'packages', 'apps', 'test'];
  const { stdout, stderr } = spawnSync(cruiser, args, { cwd: house, encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout).summary;
}

test('each rule finds what it forbids, type-only imports included', () => {
  const { violations, ruleSetUsed } = cruiseHouse();
  const rules = ruleSetUsed.forbidden.map(({ name }) => name);
  expect(new Set(violations.map(({ rule }) => rule.name))).toEqual(new Set(rules));
  expect(
    violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`).sort(),
  ).toMatchInlineSnapshot(`
    [
      "apps-know-no-redis: apps/worker/src/main.ts → packages/redis/src/index.ts",
      "apps-never-import-each-other: apps/api/src/main.ts → apps/worker/src/main.ts",
      "browsers-have-no-node: apps/console/src/main.ts → fs",
      "bullmq-in-queues-and-worker: apps/api/src/main.ts → node_modules/bullmq/index.js",
      "cli-knows-the-api-alone: apps/cli/src/main.ts → packages/store/src/index.ts",
      "client-knows-no-redis: packages/client/src/index.ts → packages/redis/src/index.ts",
      "console-knows-the-api-alone: apps/console/src/main.ts → packages/store/src/index.ts",
      "domain-imports-only-itself: packages/domain/src/index.ts → fs",
      "domain-imports-only-itself: packages/domain/src/index.ts → packages/store/src/index.ts",
      "domain-tests-import-only-the-domain: packages/domain/src/index.test.ts → packages/store/src/index.ts",
      "everything-resolves: apps/api/src/cycle.ts → ./missing.js",
      "ioredis-in-three-packages: packages/client/src/index.ts → node_modules/ioredis/index.js",
      "layers-not-each-other: packages/store/src/index.ts → packages/queues/src/index.ts",
      "metrics-for-apps-alone: packages/store/src/index.ts → packages/metrics/src/index.ts",
      "no-cycles: apps/api/src/cycle.ts → apps/api/src/main.ts",
      "no-cycles: apps/api/src/main.ts → apps/worker/src/main.ts",
      "no-cycles: packages/domain/src/index.ts → packages/store/src/index.ts",
      "no-cycles: packages/metrics/src/index.ts → packages/traces/src/index.ts",
      "no-orphans: packages/client/src/forgotten.ts → packages/client/src/forgotten.ts",
      "opentelemetry-in-traces: apps/worker/src/main.ts → node_modules/bullmq-otel/index.js",
      "outbound-for-the-worker-alone: packages/metrics/src/index.ts → packages/outbound/src/index.ts",
      "outbound-imports-no-other-of-ours: packages/outbound/src/index.ts → packages/domain/src/index.ts",
      "packages-never-import-apps: packages/queues/src/index.ts → apps/api/src/main.ts",
      "products-import-no-tests: apps/worker/src/main.ts → test/helper.ts",
      "prom-client-in-metrics: apps/api/src/main.ts → node_modules/prom-client/index.js",
      "redis-package-imports-no-other-of-ours: packages/redis/src/index.ts → packages/domain/src/index.ts",
      "requests-to-others-in-outbound: apps/worker/src/main.ts → node_modules/undici/index.js",
      "traces-for-apps-alone: packages/metrics/src/index.ts → packages/traces/src/index.ts",
      "traces-import-no-other-of-ours: packages/traces/src/index.ts → packages/domain/src/index.ts",
    ]
  `);
});
