// The fleet: agents, the LCAs that own them, and their registration.
import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentLine, type Client, createClient } from '@gradus/client';
import type { Logger } from 'pino';
import { backOff, createConnection, isPassing } from './connection.js';
import { COMPONENT_NAME, createDevice, type Device } from './device.js';
import { createFates } from './fates.js';
import { runLca } from './lca.js';
import { type Memory, openMemory } from './memory.js';
import { createOutbox, type Outbox } from './outbox.js';
import type { Settings } from './settings.js';

const READY_EVERY_MS = 500;
const READY_TIMEOUT_MS = 5_000;

/** The api took agents of the fleet for wrong. */
class AgentsRejected extends Error {
  readonly code = 'agents-rejected';
  constructor(rejected: readonly { line: number; code: string; message: string }[]) {
    super(`the api rejects agents of the fleet: ${JSON.stringify(rejected.slice(0, 3))}`);
    this.name = 'AgentsRejected';
  }
}

interface Lca {
  lcaUuid: string;
  devices: Device[];
  outbox: Outbox;
}

/**
 * Registers the agents and lets their LCAs check in until the signal aborts; what is remembered is on the disk
 * then.
 *
 * @throws the signal's reason when it aborts, AgentsRejected, z.ZodError where the state file is not one
 */
export async function runFleet(settings: Settings, log: Logger, signal: AbortSignal): Promise<void> {
  const memory = await openMemory(settings.statePath, log);
  const client = createClient({ baseUrl: settings.url, token: settings.token, maxRetries: 0 });
  try {
    await untilReady(settings.url, log, signal);
    await register(client, () => agentLines(settings, memory), signal);
    const lcas = createLcas(settings, memory);
    log.info({ agents: settings.agents, lcas: lcas.length }, 'fleet ready');
    const connection = createConnection(log);
    for (const { devices } of lcas) for (const device of devices) device.resume();
    await Promise.all(
      lcas.map((lca) =>
        // A signal of its own: one that thousands listen to is searched from end to end for each new listener.
        runLca({
          ...lca,
          heartbeatMs: settings.heartbeatMs,
          client,
          connection,
          log,
          signal: AbortSignal.any([signal]),
        }),
      ),
    );
  } finally {
    await memory.save();
  }
}

function remembered(memory: Memory, agentId: string) {
  return memory.agent(agentId, { version: '1.2.0', release: '215', upgrades: 0, tasks: {} });
}

/** @returns which LCA owns the agent of that position, both counted from 0 */
function lcaUuidOf(settings: Settings, position: number): string {
  return `lca-${Math.floor(position / settings.agentsPerLca) + 1}`;
}

function* agentLines(settings: Settings, memory: Memory): Generator<AgentLine> {
  for (let position = 0; position < settings.agents; position += 1) {
    const agentId = `item${position + 1}`;
    const { version, release } = remembered(memory, agentId);
    yield {
      agentId,
      lcaUuid: lcaUuidOf(settings, position),
      components: [
        {
          componentName: COMPONENT_NAME,
          runtimeStatus: 'running',
          actualVersion: version,
          actualRelease: release,
        },
      ],
    };
  }
}

function createLcas(settings: Settings, memory: Memory): Lca[] {
  const fateOf = createFates(settings.fates);
  const lcas = new Map<string, Lca>();
  for (let position = 0; position < settings.agents; position += 1) {
    const lcaUuid = lcaUuidOf(settings, position);
    const lca = lcas.get(lcaUuid) ?? { lcaUuid, devices: [], outbox: createOutbox() };
    lcas.set(lcaUuid, lca);
    const agentId = `item${position + 1}`;
    lca.devices.push(
      createDevice({
        agentId,
        state: remembered(memory, agentId),
        fateOf,
        save: memory.save,
        report: lca.outbox.put,
      }),
    );
  }
  return [...lcas.values()];
}

async function untilReady(url: string, log: Logger, signal: AbortSignal): Promise<void> {
  for (let tries = 0; !(await isReady(url, signal)); tries += 1) {
    if (tries === 0) log.info({ url }, 'waiting for the api');
    await sleep(READY_EVERY_MS, undefined, { signal });
  }
}

async function isReady(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(READY_TIMEOUT_MS)]);
    const response = await fetch(`${url}/readyz`, { signal: ending });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** An agent in a plan keeps what the inventory knows of it. */
async function register(
  client: Client,
  lines: () => Iterable<AgentLine>,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    try {
      const { rejected } = await client.importAgents(lines(), { signal });
      const faults = rejected.filter(({ code }) => code !== 'agents-busy');
      if (faults.length > 0) throw new AgentsRejected(faults);
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      await backOff(failures, error, signal);
    }
  }
}
