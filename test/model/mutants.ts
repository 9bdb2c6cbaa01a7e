// Deliberate bugs, one at a time in a copy of the tree, each of which the model test has to find: else it is blind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['packages', 'apps/worker', 'test/model', 'test/support', 'scripts'];
const COPIED_FILES = ['package.json', 'test/package.json', 'vitest.config.ts', 'tsconfig.base.json'];
const NOT_COPIED = new Set(['node_modules', 'dist', '.turbo']);
const OURS = '@gradus';

interface Edit {
  file: string;
  from: string;
  to: string;
}

export interface Mutant {
  name: string;
  edits: readonly Edit[];
}

const SHARED = 'packages/store/lua/plan/shared.lua';
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
  redis.call('HINCRBY', K.batch, 'failed', math.max(0, regressed - 1))
`;

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the threshold is off by one',
    edits: [{ file: SHARED, from: 'failed - forgiven <= allowed', to: 'failed - forgiven <= allowed + 1' }],
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
        file: SHARED,
        from: "local orders = {}\n  if header('status') ~= 'running' or batchField('status') ~= 'running' then",
        to: "local orders = {}\n  if batchField('status') ~= 'running' then",
      },
    ],
  },
  {
    name: 'a failure does not give the slot back',
    edits: [
      {
        file: SHARED,
        from: "redis.call(holdsSlot(agent.tasks) and 'SADD'",
        to: "redis.call((holdsSlot(agent.tasks) or after == 'failed') and 'SADD'",
      },
    ],
  },
  {
    name: 'an interrupted observe window goes on',
    edits: [
      { file: SHARED, from: "redis.call('HDEL', K.batch, 'observingUntil')", to: '' },
      {
        file: 'packages/store/lua/plan/resume-plan.lua',
        from: "redis.call('HSET', K.batch, 'observingUntil', NOW + tonumber(header('observeMs')))",
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
    edits: [{ file: SHARED, from: "redis.call('ZADD', K.returned, 'GT', dueAt, agent.ordinal)", to: '' }],
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
        file: SHARED,
        from: "redis.call('ZADD', K.deadlines, NOW + ",
        to: "redis.call('ZADD', K.deadlines, tonumber(header('createdAt')) + ",
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

/** The mutant's text is no longer in the tree as it is. */
class MutantOutdated extends Error {
  readonly code = 'mutant-outdated';
  constructor({ file, from }: Edit) {
    super(`${file} has not, or not just once: ${from.trim()}`);
    this.name = 'MutantOutdated';
  }
}

/** A copy of the tree, with the same libraries and packages of its own. */
export async function copyTree(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'gradus-mutants-'));
  const filter = (source: string) => !NOT_COPIED.has(source.slice(source.lastIndexOf('/') + 1));
  for (const part of COPIED) await cp(join(ROOT, part), join(copy, part), { recursive: true, filter });
  for (const file of COPIED_FILES) await cp(join(ROOT, file), join(copy, file));
  await mkdir(join(copy, 'node_modules', OURS), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name === OURS || name === '.vite') continue;
    await symlink(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  }
  for (const name of await readdir(join(copy, 'packages'))) {
    await symlink(join(copy, 'packages', name), join(copy, 'node_modules', OURS, name));
  }
  return copy;
}

/** Runs the model test in the copy with the mutant in it; the copy is as before afterwards. */
export async function tryMutant(
  copy: string,
  { edits }: Mutant,
  given: { runs: number; seed: number | undefined; redisUrl: string },
): Promise<Verdict> {
  const before = new Map<string, string>();
  try {
    for (const edit of edits) {
      const file = join(copy, edit.file);
      const text = await readFile(file, 'utf8');
      if (text.split(edit.from).length !== 2) throw new MutantOutdated(edit);
      if (!before.has(file)) before.set(file, text);
      await writeFile(
        file,
        text.replace(edit.from, () => edit.to),
      );
    }
    return await runModelTest(copy, given);
  } finally {
    for (const [file, text] of before) await writeFile(file, text);
  }
}

async function runModelTest(
  copy: string,
  { runs, seed, redisUrl }: { runs: number; seed: number | undefined; redisUrl: string },
): Promise<Verdict> {
  const reportFile = join(copy, 'verdict.json');
  await rm(reportFile, { force: true });
  const child = spawn(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', 'test/model/model.test.ts', '--root', copy],
    {
      cwd: copy,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        REDIS_URL: redisUrl,
        GRADUS_SOAK: '1',
        GRADUS_SOAK_RUNS: runs.toString(),
        GRADUS_SOAK_SEED: seed?.toString(),
        GRADUS_SOAK_REPORT: reportFile,
      },
    },
  );
  const said: string[] = [];
  for (const output of [child.stdout, child.stderr])
    output.on('data', (part: Buffer) => said.push(part.toString()));
  await once(child, 'close');
  const text = await readFile(reportFile, 'utf8').catch(() => {
    throw new TypeError(`the model test came to no verdict:\n${said.join('').slice(-2_000)}`);
  });
  return JSON.parse(text) as Verdict;
}
