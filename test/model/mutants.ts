// Deliberate bugs, one at a time in a copy of the tree, each of which the model test has to find: else it is blind.
import {
  buildCopy,
  copyTree as copy,
  type PlantedBug,
  runInCopy,
  withPlanted,
} from '../support/plantedBugs.js';

const AGENTS = 'packages/store/lua/plan/shared/agents.lua';
const BATCH = 'packages/store/lua/plan/shared/batch.lua';
const TASKS = 'packages/store/lua/plan/shared/tasks.lua';
const APPLY_REPORT = 'packages/store/lua/plan/apply-report.lua';

const REGRESSED_TASKS = `
  local wasCompleted = {}
  for index, task in ipairs(agent.tasks) do
    wasCompleted[index] = task.status == 'completed'
  end
  watch()
  saveAgent(agent)
  local regressed = 0
  for index, task in ipairs(agent.tasks) do
    regressed = regressed + (wasCompleted[index] and task.status == 'failed' and 1 or 0)
  end
  count(K.batch, 'failed', math.max(0, regressed - 1))
`;

export const MUTANTS: readonly PlantedBug[] = [
  {
    name: 'the threshold is off by one',
    edits: [{ file: BATCH, from: 'failed - forgiven <= allowed', to: 'failed - forgiven <= allowed + 1' }],
  },
  {
    name: 'a report is counted twice',
    edits: [
      {
        file: APPLY_REPORT,
        from: '\n  watch()\n  saveAgent(agent)\n',
        to: "\n  watch()\n  agent.before = agent.before == 'failed' and 'pending' or agent.before\n  saveAgent(agent)\n",
      },
    ],
  },
  {
    name: 'agents are released while the plan is paused',
    edits: [
      {
        file: BATCH,
        from: "local orders = {}\n  if header('status') ~= 'running' or batchField('status') ~= 'running' then",
        to: "local orders = {}\n  if batchField('status') ~= 'running' then",
      },
    ],
  },
  {
    name: 'a failure does not give the slot back',
    edits: [
      {
        file: AGENTS,
        from: "redis.call(holdsSlot(agent.tasks) and 'SADD'",
        to: "redis.call((holdsSlot(agent.tasks) or after == 'failed') and 'SADD'",
      },
    ],
  },
  {
    name: 'an interrupted observe window goes on',
    edits: [
      { file: BATCH, from: "dropFields(K.batch, 'observingUntil')", to: '' },
      {
        file: 'packages/store/lua/plan/resume-plan.lua',
        from: "setFields(K.batch, 'observingUntil', NOW + tonumber(header('observeMs')))",
        to: '',
      },
    ],
  },
  {
    name: 'a late report revives a cancelled task',
    edits: [
      {
        file: APPLY_REPORT,
        from: "(status == 'running' or status == 'paused')",
        to: "(status == 'running' or status == 'paused' or status == 'cancelled')",
      },
    ],
  },
  {
    name: 'a retry forgets its agent',
    edits: [{ file: TASKS, from: "redis.call('ZADD', K.returned, 'GT', dueAt, agent.ordinal)", to: '' }],
  },
  {
    name: 'a regress is counted for each task',
    edits: [{ file: APPLY_REPORT, from: '\n  watch()\n  saveAgent(agent)\n', to: REGRESSED_TASKS }],
  },
  {
    name: 'the claims of a cancelled plan stay',
    edits: [
      {
        file: 'packages/store/src/claims.ts',
        from: "(status !== 'creating' && hasEnded(status))",
        to: "(status !== 'creating' && hasEnded(status) && status !== 'cancelled')",
      },
    ],
  },
  {
    name: 'a timeout counts from the creation',
    edits: [
      {
        file: TASKS,
        from: "redis.call('ZADD', K.deadlines, NOW + ",
        to: "redis.call('ZADD', K.deadlines, tonumber(header('createdAt')) + ",
      },
    ],
  },
  {
    name: 'deadlines that were put off are shown with the old tag',
    edits: [
      {
        file: 'packages/store/lua/plan/sweep-batch.lua',
        from: 'away, entry)\n  end\n  touch()\n',
        to: 'away, entry)\n  end\n',
      },
    ],
  },
];

/** What the model test said of a tree. */
export interface Verdict {
  failed: boolean;
  numRuns: number;
  length: number;
  seconds: string;
}

export async function copyTree(): Promise<string> {
  const folder = await copy(['apps/worker', 'test/model', 'test/support']);
  // Of what the set-up before all tests needs, vitest takes what is built.
  await buildCopy(folder, ['packages/redis']);
  return folder;
}

/** Runs the model test in the copy with the bug in it; the copy is as before afterwards. */
export function tryMutant(
  folder: string,
  mutant: PlantedBug,
  given: { runs: number; seed: number | undefined; redisUrl: string },
): Promise<Verdict> {
  const env = {
    REDIS_URL: given.redisUrl,
    GRADUS_SOAK: '1',
    GRADUS_SOAK_RUNS: given.runs.toString(),
    GRADUS_SOAK_SEED: given.seed?.toString(),
  };
  return withPlanted(folder, mutant, () =>
    runInCopy<Verdict>(folder, 'test/model/model.test.ts', 'GRADUS_SOAK_REPORT', env),
  );
}
