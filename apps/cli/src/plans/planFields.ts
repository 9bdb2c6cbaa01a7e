// The fields of a new plan: options of their names, and a file.
import type { PlanInput } from '@gradus/client';
import { type Command, Option } from 'commander';
import type { Io } from '../context.js';
import { UsageError } from '../failures.js';
import { readObject, readText } from '../files.js';
import { commaSeparated, decimal, positiveNumber } from '../flags.js';

type Fields = Omit<PlanInput, 'agentIds'>;

export interface PlanFlags extends Partial<Fields> {
  file?: string;
  agents?: string[];
  agentsFile?: string;
}

/** Every field but the agents; true: a plan cannot do without. */
const FIELDS: Record<keyof Fields, boolean> = {
  name: true,
  fromVersion: true,
  toVersion: true,
  toRelease: true,
  batchSize: false,
  batchSizes: false,
  failureThreshold: false,
  concurrency: false,
  createdBy: false,
  observeDuration: false,
  startAt: false,
  autoStart: false,
  gate: false,
  taskTimeout: false,
  maxAttempts: false,
  onThreshold: false,
};

export function withPlanOptions(command: Command): Command {
  return (
    command
      .option('--file <path>', 'the plan as JSON, - for the standard input; options go before its fields')
      .option('--name <text>', 'what the plan is called')
      .option('--from-version <version>', 'what the agents run')
      .option('--to-version <version>', 'what they are to run')
      .option('--to-release <release>', 'the release they are to run')
      .option('--agents <ids>', 'the agents, separated by commas', commaSeparated)
      .option(
        '--agents-file <path>',
        'a file of their ids, by commas, spaces or lines; - for the standard input',
      )
      .option('--batch-size <n>', 'agents of each batch (default: 10)', positiveNumber)
      .option('--batch-sizes <list>', "each batch's own size, such as 1,5%,50", commaSeparated)
      .option('--failure-threshold <share>', 'share of a batch that may fail, 0 to 1 (default: 0.1)', decimal)
      .option('--concurrency <n>', 'agents of a batch that are upgraded at once (default: 5)', positiveNumber)
      .option('--created-by <text>', "who makes it (default: the key's name)")
      .option('--observe-duration <duration>', 'how long a batch is watched, such as 10m (default: 0s)')
      .option('--start-at <instant>', 'when it starts, such as 2027-01-31T06:00:00Z')
      // Both, or the one that is left out would have a value.
      .option('--auto-start', 'it starts by itself (the default)')
      .option('--no-auto-start', 'it waits for `gradus plans start`')
      .addOption(
        choice('--gate <gate>', 'manual: each batch but the last waits for promote', ['auto', 'manual']),
      )
      .option('--task-timeout <duration>', 'how long an attempt may take (default: 30m)')
      .option('--max-attempts <n>', 'after so many a task has failed (default: 1)', positiveNumber)
      .addOption(
        choice('--on-threshold <what>', 'what too many failures do (default: pause)', ['pause', 'rollback']),
      )
  );
}

function choice(flags: string, description: string, choices: string[]): Option {
  return new Option(flags, description).choices(choices);
}

/**
 * @returns the plan as it is sent: what its fields may be is the api's to judge
 * @throws UsageError where fields that it cannot do without are missing, or a file cannot be read
 */
export async function readPlan(io: Io, flags: PlanFlags): Promise<PlanInput> {
  if (flags.file === '-' && flags.agentsFile === '-') {
    throw new UsageError('--file and --agents-file cannot both be read from the standard input.');
  }
  const given = flags.file === undefined ? {} : await readObject(io, flags.file);
  const agentIds = await readAgentIds(io, flags);
  const plan = {
    ...given,
    ...Object.fromEntries(Object.entries(flags).filter(([name]) => name in FIELDS)),
    ...(agentIds === undefined ? {} : { agentIds }),
  };
  const required = [...Object.keys(FIELDS).filter((name) => FIELDS[name as keyof Fields]), 'agentIds'];
  const missing = required.filter((name) => !(name in plan));
  if (missing.length > 0) {
    throw new UsageError(`A plan needs ${missing.map(optionOf).join(', ')}, or a --file that has it.`);
  }
  return plan as unknown as PlanInput;
}

async function readAgentIds(io: Io, { agents, agentsFile }: PlanFlags): Promise<string[] | undefined> {
  if (agents !== undefined && agentsFile !== undefined) {
    throw new UsageError('--agents and --agents-file must not stand together: give one of them.');
  }
  if (agentsFile === undefined) return agents;
  return (await readText(io, agentsFile)).split(/[\s,]+/).filter((id) => id !== '');
}

function optionOf(field: string): string {
  if (field === 'agentIds') return '--agents or --agents-file';
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
