// What `gradus simulate` is told: the plan's fields as create has them, and what the fleet and its control plane do.
import type { BatchSize, Gate, OnThreshold } from '@gradus/domain';
import type { ControlPlane, Devices, PlanSettings } from '@gradus/simulation';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../failures.js';
import { commaSeparated, duration, positiveNumber, share, wholeNumber } from '../flags.js';

export interface SimulateFlags {
  agents: number;
  batchSize?: number;
  batchSizes?: BatchSize[];
  failureThreshold: number;
  concurrency: number;
  observeDuration: number;
  taskTimeout: number;
  maxAttempts: number;
  onThreshold: OnThreshold;
  gate: Gate;
  upgradeTime: number;
  slowRate: number;
  failureRate: number;
  silentRate: number;
  crashRate: number;
  crashWithin: number;
  pollInterval: number;
  dispatchRate: number;
  latency: number;
  promoteAfter: number;
  runs: number;
  seed: number;
}

const MS = { second: 1_000, minute: 60_000 } as const;
const DEFAULT_BATCH_SIZE = 10;
const MOST_ATTEMPTS = 10;

export function withSimulateOptions(command: Command): Command {
  const option = (flags: string, description: string, parse: (text: string) => unknown, preset: unknown) =>
    new Option(flags, description).argParser(parse).default(preset, presetText(preset, parse));
  const choice = (flags: string, description: string, choices: string[], preset: string) =>
    new Option(flags, description).choices(choices).default(preset);
  return command
    .requiredOption('--agents <n>', 'how many agents the plan has', positiveNumber)
    .option('--batch-size <n>', `agents of each batch (default: ${DEFAULT_BATCH_SIZE})`, positiveNumber)
    .option('--batch-sizes <list>', "each batch's own size, such as 1,5%,50", batchSizes)
    .addOption(option('--failure-threshold <share>', 'share of a batch that may fail', share, 0.1))
    .addOption(option('--concurrency <n>', 'agents of a batch that are upgraded at once', positiveNumber, 5))
    .addOption(option('--observe-duration <duration>', 'how long a batch is watched', duration, 0))
    .addOption(option('--task-timeout <duration>', 'how long an attempt may take', duration, 30 * MS.minute))
    .addOption(option('--max-attempts <n>', 'after so many a task has failed', attempts, 1))
    .addOption(choice('--on-threshold <what>', 'what too many failures do', ['pause', 'rollback'], 'pause'))
    .addOption(
      choice(
        '--gate <gate>',
        'manual: each batch but the last waits for promote',
        ['auto', 'manual'],
        'auto',
      ),
    )
    .addOption(
      option(
        '--upgrade-time <duration>',
        'an upgrade takes from half to one and a half of it',
        duration,
        MS.minute,
      ),
    )
    .addOption(option('--slow-rate <share>', 'upgrades that take ten times as long', share, 0))
    .addOption(option('--failure-rate <share>', 'attempts that fail', share, 0))
    .addOption(option('--silent-rate <share>', 'agents never heard of again once they have a task', share, 0))
    .addOption(option('--crash-rate <share>', 'agents that go bad after their upgrade', share, 0))
    .addOption(option('--crash-within <duration>', 'they do within this time', duration, 10 * MS.minute))
    .addOption(
      option(
        '--poll-interval <duration>',
        'how often an agent asks for work; 0s: it waits for it',
        duration,
        0,
      ),
    )
    .addOption(
      option(
        '--dispatch-rate <n>',
        'lifecycle tasks a second, as GRADUS_DISPATCH_RATE; 0: no limit',
        wholeNumber,
        500,
      ),
    )
    .addOption(
      option('--latency <ms>', 'from an outcome to the next hand-out, in milliseconds', wholeNumber, 20),
    )
    .addOption(option('--promote-after <duration>', 'how long a batch stands at its gate', duration, 0))
    .addOption(
      option('--runs <n>', 'how often it is played through, each time with other chances', positiveNumber, 1),
    )
    .addOption(option('--seed <n>', 'of the chances; the same one gives the same run', wholeNumber, 1));
}

/** @throws InvalidArgumentError */
function attempts(text: string): number {
  const value = positiveNumber(text);
  if (value > MOST_ATTEMPTS) throw new InvalidArgumentError(`It must be at most ${MOST_ATTEMPTS}.`);
  return value;
}

/** @throws InvalidArgumentError */
function batchSizes(text: string): BatchSize[] {
  return commaSeparated(text).map((item) => {
    if (/^\d{1,9}$/.test(item) && Number(item) > 0) return Number(item);
    if (/^\d{1,3}(\.\d{1,9})?%$/.test(item) && Number.parseFloat(item) > 0) return item as BatchSize;
    throw new InvalidArgumentError('It must be counts and percents such as 1,5%,50.');
  });
}

/** A preset as it is typed. */
function presetText(preset: unknown, parse: (text: string) => unknown): string {
  if (parse !== duration) return String(preset);
  const ms = preset as number;
  return ms > 0 && ms % MS.minute === 0 ? `${ms / MS.minute}m` : `${ms / MS.second}s`;
}

/**
 * @returns what is to be simulated
 * @throws UsageError where the options do not go together
 */
export function readSimulation(flags: SimulateFlags): {
  settings: PlanSettings;
  controlPlane: ControlPlane;
  devices: Devices;
} {
  const { batchSize, batchSizes: sizes } = flags;
  if (batchSize !== undefined && sizes !== undefined) {
    throw new UsageError('--batch-size and --batch-sizes must not stand together: give one of them.');
  }
  if (flags.failureRate + flags.silentRate > 1) {
    throw new UsageError(
      '--failure-rate and --silent-rate are shares of the same agents: together at most 1.',
    );
  }
  return {
    settings: {
      agents: flags.agents,
      cut: sizes === undefined ? { batchSize: batchSize ?? DEFAULT_BATCH_SIZE } : { batchSizes: sizes },
      failureThreshold: flags.failureThreshold,
      concurrency: flags.concurrency,
      observeMs: flags.observeDuration,
      taskTimeoutMs: flags.taskTimeout,
      maxAttempts: flags.maxAttempts,
      onThreshold: flags.onThreshold,
      gate: flags.gate,
    },
    controlPlane: {
      dispatchRate: flags.dispatchRate,
      latencyMs: flags.latency,
      promoteAfterMs: flags.promoteAfter,
    },
    devices: {
      upgradeMs: flags.upgradeTime,
      slowRate: flags.slowRate,
      failureRate: flags.failureRate,
      silentRate: flags.silentRate,
      crashRate: flags.crashRate,
      crashWithinMs: flags.crashWithin,
      pollMs: flags.pollInterval,
    },
  };
}
