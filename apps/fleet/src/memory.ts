// What the fleet remembers of its agents, in a file that survives it.
import { open, readFile, rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPORTED_TASK_STATUSES } from '@gradus/domain';
import type { Logger } from 'pino';
import { z } from 'zod';

const rememberedTask = z.object({
  status: z.enum(REPORTED_TASK_STATUSES),
  error: z.string().nullable(),
  toVersion: z.string(),
  toRelease: z.string(),
  /** Which upgrade of its agent it is, from 0. */
  ordinal: z.int(),
});

const rememberedAgent = z.object({
  version: z.string(),
  release: z.string(),
  /** How many upgrades it has been given. */
  upgrades: z.int(),
  /** By lifecycle task uuid, oldest first. */
  tasks: z.record(z.string(), rememberedTask),
});

const file = z.object({ agents: z.record(z.string(), rememberedAgent) });

export type RememberedTask = z.infer<typeof rememberedTask>;
export type RememberedAgent = z.infer<typeof rememberedAgent>;

export interface Memory {
  /** The agent as it is remembered, else as `fresh`; what is changed in it is remembered. */
  agent(agentId: string, fresh: RememberedAgent): RememberedAgent;
  /** Resolves once everything changed before the call is on the disk. */
  save(): Promise<void>;
}

const RETRY_MS = 1000;

/**
 * @param path the file; null: nothing outlives the process
 * @throws z.ZodError or SyntaxError where the file is there and is not such a memory
 */
export async function openMemory(path: string | null, log: Logger): Promise<Memory> {
  const agents = new Map(path === null ? [] : Object.entries(await readAgents(path)));
  return {
    agent(agentId, fresh) {
      const known = agents.get(agentId) ?? fresh;
      agents.set(agentId, known);
      return known;
    },
    save:
      path === null
        ? async () => undefined
        : coalesce(() => writeUntilDone(path, () => ({ agents: Object.fromEntries(agents) }), log)),
  };
}

async function readAgents(path: string): Promise<Record<string, RememberedAgent>> {
  try {
    return file.parse(JSON.parse(await readFile(path, 'utf8'))).agents;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

async function writeUntilDone(path: string, content: () => unknown, log: Logger): Promise<void> {
  for (;;) {
    try {
      await writeDurably(path, JSON.stringify(content()));
      return;
    } catch (error) {
      log.error({ err: error, path }, 'the state cannot be written; outcomes wait for it');
      await sleep(RETRY_MS);
    }
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  const handle = await open(beside, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, path);
}

/** One run at a time; calls made during one share the next. */
function coalesce(run: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    next ??= current.then(() => {
      next = null;
      current = run();
      return current;
    });
    return next;
  };
}
