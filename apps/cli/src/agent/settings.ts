// What `gradus agent` is told: its options, and what follows from them.
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../failures.js';
import { duration } from '../flags.js';
import type { FactCommands } from './facts.js';
import { type PublicKeys, readPublicKeys } from './signature.js';

export interface AgentFlags {
  agentId?: string;
  lcaUuid?: string;
  component: string;
  exec: string;
  versionExec: string;
  healthExec?: string;
  state?: string;
  heartbeat?: number;
  grace?: number;
  confirmWithin?: number;
  publicKey?: string[];
  register?: boolean;
  resume?: boolean;
}

export interface AgentSettings extends FactCommands {
  agentId: string;
  lcaUuid: string;
  componentName: string;
  exec: string;
  /** The folder of what the agent remembers. */
  stateFolder: string;
  heartbeatMs: number;
  /** From SIGTERM to SIGKILL. */
  graceMs: number;
  /** How long an instance may take until it is on the target. */
  confirmWithinMs: number;
  publicKeys: PublicKeys;
  /** Whether the agent puts itself into the inventory. */
  isRegistered: boolean;
  /** Whether a command that was interrupted may be run again. */
  mayRunAgain: boolean;
}

const HEARTBEAT_MS = 30_000;
const GRACE_MS = 30_000;
const CONFIRM_WITHIN_MS = 30_000;
const IDENTIFIER = /^[A-Za-z0-9._:-]{1,128}$/;

export function withAgentOptions(command: Command): Command {
  return command
    .requiredOption('--component <name>', 'the component that it upgrades, as the inventory names it')
    .requiredOption('--exec <command>', 'what carries a task out: by its end with 0 it has done so')
    .requiredOption(
      '--version-exec <command>',
      'what says which version runs: "1.3.0 221", or JSON with version and release',
    )
    .option(
      '--health-exec <command>',
      'what says how it runs: its first line, such as running or crashed; an end with another code than 0 is bad',
    )
    .option('--agent-id <id>', "the agent's id (default: the name of the machine)", identifier)
    .option(
      '--lca-uuid <uuid>',
      'the LCA that it is (default: the one that the api derives from the agent)',
      identifier,
    )
    .option('--state <folder>', 'where it remembers its tasks (STATE_DIRECTORY, which systemd sets)')
    .option('--register', 'put the agent into the inventory at each start, where the token allows it')
    .option('--resume', 'run a command again that was interrupted; else its task has failed')
    .option('--heartbeat <duration>', 'how often it says what runs (default: 30s)', duration)
    .option(
      '--grace <duration>',
      'how long a cancelled command has from SIGTERM to SIGKILL (default: 30s)',
      duration,
    )
    .option(
      '--confirm-within <duration>',
      'how long after its command the component may take until it runs well on the target (default: 30s)',
      duration,
    )
    .option(
      '--public-key <id=path>',
      'a key of Ed25519 as PEM; with one, every artifact must be signed. May be given again',
      (option: string, before: string[] = []) => [...before, option],
    );
}

/** @throws InvalidArgumentError */
function identifier(text: string): string {
  if (!IDENTIFIER.test(text)) {
    throw new InvalidArgumentError('It must be 1 to 128 of the characters A-Z a-z 0-9 . _ : -');
  }
  return text;
}

/** @throws UsageError where options do not go together, or a file cannot be read */
export function readAgentSettings(flags: AgentFlags, env: NodeJS.ProcessEnv): AgentSettings {
  if (process.platform === 'win32')
    throw new UsageError('The agent needs process groups: it does not run on Windows.');
  const agentId = flags.agentId ?? hostname();
  if (!IDENTIFIER.test(agentId)) throw new UsageError(`--agent-id is needed: ${agentId} cannot be one.`);
  // Systemd may name several.
  const state = flags.state ?? (env['STATE_DIRECTORY']?.split(':')[0] || undefined);
  if (state === undefined) throw new UsageError('No folder to remember tasks in: give --state <folder>.');
  return {
    agentId,
    lcaUuid: flags.lcaUuid ?? derivedLcaUuid(agentId),
    componentName: flags.component,
    exec: flags.exec,
    versionExec: flags.versionExec,
    healthExec: flags.healthExec,
    stateFolder: resolve(state),
    heartbeatMs: Math.max(100, flags.heartbeat ?? HEARTBEAT_MS),
    graceMs: flags.grace ?? GRACE_MS,
    confirmWithinMs: flags.confirmWithin ?? CONFIRM_WITHIN_MS,
    publicKeys: readPublicKeys(flags.publicKey ?? []),
    isRegistered: flags.register === true,
    mayRunAgain: flags.resume === true,
  };
}

/** The same that the api gives an agent whose LCA is not stated. */
function derivedLcaUuid(agentId: string): string {
  return createHash('sha256').update(`lca\n${agentId}`).digest('hex').slice(0, 32);
}
