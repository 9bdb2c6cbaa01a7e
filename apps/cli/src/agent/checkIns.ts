// The agent's check-ins: one waits for work, another brings reports; they are never said twice at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, ProblemError } from '@gradus/client';
import type { AgentReport, CheckInAnswer } from '@gradus/domain';
import type { Api } from './api.js';
import { toComponent } from './facts.js';
import type { Instance } from './instance.js';
import type { KnownTask, Memory } from './memory.js';
import type { AgentSettings } from './settings.js';
import type { Tasks } from './tasks.js';

export interface News {
  /** There is something to say. */
  put(): void;
  /** Resolves once there is, or after the time. */
  wait(ms: number): Promise<void>;
}

const WAIT_S = 25;
/** Between two waits where the api does not hold them open. */
const UNHELD_PAUSE_MS = 1_000;
/** Answers that say nothing of the agent: no token that is valid, too many requests. */
const COMES_AGAIN: ReadonlySet<number> = new Set([401, 408, 429]);
/** So old may facts be when their sending begins. */
const FACTS_AGE_MS = 1_000;

export function createNews(signal: AbortSignal): News {
  let isThere = false;
  let wake = () => {};
  return {
    put() {
      isThere = true;
      wake();
    },
    async wait(ms) {
      if (!isThere) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      signal.throwIfAborted();
      isThere = false;
    },
  };
}

interface CheckInParts {
  settings: AgentSettings;
  api: Api;
  memory: Memory;
  instance: Instance;
  tasks: Tasks;
  news: News;
  signal: AbortSignal;
}

/** Runs until the signal aborts, and throws then. */
export async function checkInForever({
  settings,
  api,
  memory,
  instance,
  tasks,
  news,
  signal,
}: CheckInParts): Promise<never> {
  /** What it says is not tried again by itself: by then it might be old. A try that is given up is hung up. */
  function checkIn(request: Parameters<Client['checkIn']>[1]): Promise<CheckInAnswer> {
    return api.call(async (client) => {
      const answer = await client.checkIn(settings.lcaUuid, request, { signal });
      for (const order of answer.tasks) tasks.take(order);
      for (const uuid of answer.cancel) tasks.cancel(uuid);
      return answer;
    });
  }

  async function waitForWork(): Promise<never> {
    for (;;) {
      const since = performance.now();
      const { tasks: handed, cancel } = await api.persist('waiting for work', () =>
        checkIn({ reports: [], wait: WAIT_S }),
      );
      const wasHeld = performance.now() - since > UNHELD_PAUSE_MS;
      if (handed.length + cancel.length === 0 && !wasHeld)
        await sleep(UNHELD_PAUSE_MS, undefined, { signal });
    }
  }

  async function bringReports(): Promise<never> {
    for (;;) {
      await api.persist('reporting', report);
      await news.wait(settings.heartbeatMs);
    }
  }

  /** Composed anew for each try, as what was true before a pause is no news after it. */
  async function report(): Promise<void> {
    const own: AgentReport = { agentId: settings.agentId };
    if (!tasks.isAtWork()) {
      own.components = [toComponent(settings.componentName, await instance.facts(FACTS_AGE_MS))];
    }
    const open = [...memory.tasks].filter(([, task]) => !task.isHeard || task.status === 'running');
    const isOwn = ([, { order }]: (typeof open)[number]) => (order?.agentId ?? own.agentId) === own.agentId;
    await bring(own, open.filter(isOwn));
    for (const one of open.filter((task) => !isOwn(task))) {
      await bring({ agentId: one[1].order?.agentId ?? '' }, [one]).catch((error) => {
        // It is another LCA's by now, which has no need of this.
        if (!(error instanceof ProblemError && error.status === 403)) throw error;
        one[1].isHeard = true;
      });
    }
  }

  async function bring(about: AgentReport, open: readonly [string, KnownTask][]): Promise<void> {
    const said = open.map(([lifecycleTaskUuid, { status, error }]) => ({ lifecycleTaskUuid, status, error }));
    // What is said must outlive the agent: who has said running must know of it.
    await memory.save();
    await checkIn({ reports: [{ ...about, tasks: said }] });
    open.forEach(([, task], index) => {
      if (task.status === said[index]?.status) task.isHeard = true;
    });
  }

  return Promise.race([waitForWork(), bringReports()]);
}

/** Puts the agent into the inventory. @throws ProblemError where the api does not take it */
export async function register(
  { agentId, lcaUuid, componentName }: AgentSettings,
  api: Api,
  instance: Instance,
  signal: AbortSignal,
): Promise<'registered' | 'not-allowed' | 'in-a-plan'> {
  const outcome = await api.persist('registering', async () => {
    const component = toComponent(componentName, await instance.facts(FACTS_AGE_MS));
    const components = [{ ...component, componentName }];
    try {
      await api.call((client) => client.putAgent(agentId, { lcaUuid, components }, { signal }));
      return 'registered';
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.status === 403) return 'not-allowed';
      if (error.code === 'agents-busy') return 'in-a-plan';
      if (COMES_AGAIN.has(error.status) || error.status >= 500) throw error;
      return error;
    }
  });
  if (outcome instanceof ProblemError) throw outcome;
  return outcome;
}
