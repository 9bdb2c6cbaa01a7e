// The agent: what it remembers, its tasks and its check-ins, until it is told to end.
import type { ConnectionFlags } from '../connection.js';
import type { Context } from '../context.js';
import { createApi } from './api.js';
import { checkInForever, createNews, register } from './checkIns.js';
import { createInstance } from './instance.js';
import { createJournal } from './journal.js';
import { lockFolder } from './lock.js';
import { openMemory } from './memory.js';
import type { AgentSettings } from './settings.js';
import { createTasks } from './tasks.js';

const REGISTRATION = {
  registered: 'registered',
  'not-allowed': 'not registered: the token does not allow it',
  'in-a-plan': 'not registered anew: it is in a plan',
} as const;

/**
 * Checks in and carries tasks out until the signal aborts. A command that runs then goes on; the next agent with
 * the same state takes it up.
 *
 * @throws the signal's reason when it aborts, UsageError, ProblemError where the api does not take the agent
 */
export async function runAgent(
  settings: AgentSettings,
  connection: ConnectionFlags,
  { out, env, signal }: Context,
): Promise<never> {
  const journal = createJournal(out);
  const api = createApi(connection, env, journal, signal);
  await lockFolder(settings.stateFolder);
  const memory = await openMemory(settings.stateFolder, settings.agentId, signal, (error) =>
    journal.tell('trouble', `what it remembers cannot be written: ${error}; trying again`),
  );
  // The commands have no business with the api.
  const { GRADUS_TOKEN: _, ...commandEnv } = env;
  const instance = createInstance(settings, commandEnv, signal);
  const news = createNews(signal);
  const source = { apiUrl: api.url, token: api.token };
  const tasks = createTasks({
    settings,
    memory,
    instance,
    journal,
    source,
    env: commandEnv,
    onNews: news.put,
    signal,
  });
  const { agentId, lcaUuid } = settings;
  try {
    journal.tell('ready', `agent ${agentId}, LCA ${lcaUuid}`, { agentId, lcaUuid });
    tasks.resume();
    if (settings.isRegistered) {
      const outcome = await register(settings, api, instance, signal);
      journal.tell('registered', `${agentId}: ${REGISTRATION[outcome]}`, { outcome });
    }
    return await checkInForever({ settings, api, memory, instance, tasks, news, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
