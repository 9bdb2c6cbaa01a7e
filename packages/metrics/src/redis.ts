// How fast Redis answers this process, and what it does not do.
import { watchCommands } from '@gradus/redis';
import { Counter, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

const KINDS = ['refused', 'away', 'other'] as const;

/** It answers, and takes no writes: its memory is full, its disk is, it is a replica, or lacks some. */
const REFUSED = /\b(?:OOM|MISCONF|READONLY|NOREPLICAS|EXECABORT)\b/;
const AWAY = /connection|closed|timed out|ECONN|EPIPE|\b(?:LOADING|BUSY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN)\b/i;
/** Ways of Redis and of ours to say something: the client loads the script, asks the other node; a plan is left alone. */
const NO_FAULT = /\b(?:NOSCRIPT|MOVED|ASK|NEWERPLAN)\b/;

/** @returns null where nothing is wrong */
function kindOf(error: unknown): (typeof KINDS)[number] | null {
  const message = error instanceof Error ? error.message : String(error);
  if (NO_FAULT.test(message)) return null;
  if (REFUSED.test(message)) return 'refused';
  return AWAY.test(message) ? 'away' : 'other';
}

/** Measures every command of this process, from now on. */
export function measureCommands(registry: Registry): void {
  const registers = [registry];
  const duration = new Histogram({
    name: 'gradus_redis_command_duration_seconds',
    help: 'Commands of this process to Redis until their answer; those that wait for something are left out',
    labelNames: ['command'],
    buckets: SECONDS,
    registers,
  });
  const errors = new Counter({
    name: 'gradus_redis_command_errors_total',
    help: 'Commands that Redis refused to write for (full, read-only, too few replicas), did not answer, or failed otherwise',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of KINDS) errors.inc({ kind }, 0);
  // Looked up once each: there are thousands of commands a second.
  const durations = new Map<string, ReturnType<typeof duration.labels>>();
  watchCommands(({ command, seconds, error }) => {
    const kind = error === undefined ? null : kindOf(error);
    if (kind !== null) errors.inc({ kind });
    const known = durations.get(command) ?? duration.labels({ command });
    durations.set(command, known);
    known.observe(seconds);
  });
}
