// One chaos run: processes, a fleet and plans of their own, the faults of its seed, and what is found after.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@gradus/client';
import { connect } from '@gradus/redis';
import { choicesFrom } from '../model/random.js';
import { waitFor } from '../support/waitFor.js';
import { FROM, openBooks } from './books.js';
import { type ChaosLca, createChaosLca } from './chaosLca.js';
import { startControlPlane } from './controlPlane.js';
import { drawFaults, type Fault, type FaultKind } from './faults.js';
import { createInjector, type Loss } from './inject.js';
import { leftovers } from './leftovers.js';
import { startNetwork } from './network.js';
import { createOperator, type Watched } from './operator.js';
import { startChaosRedis } from './redisServer.js';
import { drawScenario, type Scenario } from './scenario.js';
import { judge, type Verdict } from './verdict.js';

const SETTLES_WITHIN_MS = 45_000;
/** A plan whose making Redis forgot amid it keeps its agents for the two minutes of its lease. */
const SETTLES_AFTER_LOSS_WITHIN_MS = 170_000;
/** Of an agent's first and second instance. */
const COMPONENT_NAMES = ['zmetis', 'relay'];

export interface RunSettings {
  kinds: readonly FaultKind[];
  /** Instead of the one that is drawn. */
  appendfsync: 'always' | 'everysec' | undefined;
  endsWithinMs: number;
}

export interface RunReport {
  seed: number;
  seconds: number;
  appendfsync: 'always' | 'everysec';
  faults: readonly Fault[];
  /** What must not be. */
  violations: string[];
  /** What may be only because Redis lost what it had acknowledged. */
  exceptions: string[];
  regresses: Verdict['regresses'];
  timeouts: Verdict['timeouts'];
}

export async function chaosRun(seed: number, given: RunSettings): Promise<RunReport> {
  const { kinds, endsWithinMs } = given;
  const choices = choicesFrom(seed);
  const drawn = drawScenario(choices);
  const scenario = { ...drawn, appendfsync: given.appendfsync ?? drawn.appendfsync };
  const faults = drawFaults(choices, kinds);
  const { appendfsync, fates } = scenario;
  const startedAt = performance.now();
  const books = openBooks();
  const losses: Loss[] = [];
  const namespace = `chaos${seed}`;
  let errors = (): string[] => [];
  let underWay = (): string[] => [];
  const closing: (() => Promise<unknown>)[] = [];
  const report: RunReport = {
    ...{ seed, seconds: 0, appendfsync, faults, violations: [], exceptions: [] },
    ...{ regresses: { sure: 0, open: 0 }, timeouts: { sure: 0, open: 0 } },
  };
  const { violations, exceptions, regresses, timeouts } = report;
  try {
    const redis = await startChaosRedis(appendfsync);
    closing.push(redis.stop);
    const network = await startNetwork(redis.port);
    closing.push(network.stop);
    const controlPlane = await startControlPlane(network.url, namespace);
    closing.push(controlPlane.stop);
    errors = controlPlane.errors;
    const { urls, token } = controlPlane;
    await register(createClient({ baseUrl: urls[0] ?? '', token }), scenario);

    const disorder = { on: false };
    const lcas = [...scenario.lcas].map(([lcaUuid, agentIds], index) =>
      createChaosLca({
        ...{ lcaUuid, instances: pick(scenario.instances, agentIds), urls, token, fates, books, disorder },
        choices: choicesFrom(seed * 1_000 + index + 1),
      }),
    );
    for (const lca of lcas) lca.start();
    closing.push(() => Promise.all(lcas.map((lca) => lca.crash())));

    let isCalm = false;
    const operator = createOperator(urls, token, Date.now(), () => isCalm);
    underWay = operator.underWay;
    const inject = createInjector({
      ...{ namespace, appendfsync, redis, network, controlPlane, lcas, disorder, losses },
    });
    const injecting = Promise.all(
      faults.map(async (fault) => {
        await sleep(fault.atMs);
        await inject(fault);
      }),
    ).then(() => {
      isCalm = true;
    });
    const watching = Promise.all(scenario.plans.map((plan) => operator.lookAfter(plan)));
    const ended = Promise.all([watching, injecting]);
    const [watched] = await inTime(ended, endsWithinMs, 'every plan to end');

    violations.push(...(await settle({ scenario, lcas, operator, watched, namespace, redisUrl: redis.url })));
    for (const one of watched) {
      const verdict = judge(one, books, fates, losses);
      violations.push(...verdict.faults);
      exceptions.push(...verdict.exceptions);
      regresses.sure += verdict.regresses.sure;
      regresses.open += verdict.regresses.open;
      timeouts.sure += verdict.timeouts.sure;
      timeouts.open += verdict.timeouts.open;
    }
    // Only a Redis that was set back excuses them.
    if (!losses.some(({ ofState }) => ofState)) violations.push(...exceptions.splice(0));
  } catch (error) {
    violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    violations.push(...underWay());
  } finally {
    for (const close of closing.reverse()) await close();
    violations.push(...books.breaches, ...errors());
    report.seconds = (performance.now() - startedAt) / 1_000;
  }
  return report;
}

async function register(client: Client, { lcas, instances }: Scenario): Promise<void> {
  const lines = [...lcas].flatMap(([lcaUuid, agentIds]) =>
    agentIds.map((agentId) => ({
      ...{ agentId, lcaUuid },
      components: (instances.get(agentId) ?? []).map((componentInstanceUuid, index) => ({
        ...{ componentInstanceUuid, componentName: COMPONENT_NAMES[index] ?? '', runtimeStatus: 'running' },
        ...{ actualVersion: FROM.version, actualRelease: FROM.release },
      })),
    })),
  );
  const { rejected } = await client.importAgents(lines);
  if (rejected.length > 0) throw new RangeError(`agents were refused: ${JSON.stringify(rejected[0])}`);
}

function pick<Value>(from: ReadonlyMap<string, Value>, keys: readonly string[]): Map<string, Value> {
  return new Map([...from].filter(([key]) => keys.includes(key)));
}

/** Fails with what is still missing where the work takes too long. */
async function inTime<Result>(work: Promise<Result>, withinMs: number, what: string): Promise<Result> {
  const late = new AbortController();
  const limit = sleep(withinMs, undefined, { signal: late.signal }).then(() => {
    throw new RangeError(`waited ${withinMs} ms for ${what}`);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    late.abort();
    limit.catch(() => undefined);
  }
}

interface Settling {
  scenario: Scenario;
  lcas: readonly ChaosLca[];
  operator: ReturnType<typeof createOperator>;
  watched: readonly Watched[];
  namespace: string;
  redisUrl: string;
}

/**
 * Waits until the fleet has said everything and Redis holds nothing that is done with.
 *
 * @returns what did not come about
 */
async function settle(of: Settling): Promise<string[]> {
  const { scenario, lcas, operator, watched, namespace, redisUrl } = of;
  const connection = connect(redisUrl, 'patient', () => undefined);
  const violations: string[] = [];
  const timeoutMs = watched.some(({ lost }) => lost.length > 0)
    ? SETTLES_AFTER_LOSS_WITHIN_MS
    : SETTLES_WITHIN_MS;
  const await_ = async (what: string, faults: () => Promise<string[]>) => {
    let last: string[] = [];
    await waitFor(
      async () => {
        last = await faults();
        return last.length === 0;
      },
      { what, timeoutMs },
    ).catch((error: unknown) => violations.push(...(last.length > 0 ? last : [String(error)])));
  };
  const agentIds = [...scenario.lcas.values()].flat();
  try {
    await await_('the fleet to be heard', async () => [
      ...lcas.filter((lca) => !lca.isQuiet()).map(() => 'an LCA has something to say, and nobody listens'),
      ...(await wrongFacts(of)),
    ]);
    await await_('the mailboxes to be empty', async () =>
      (await leftovers(connection, namespace, watched)).filter((line) => line.includes('{lca:')),
    );
    await Promise.all(lcas.map((lca) => lca.crash()));
    await await_('Redis to be tidy', () => leftovers(connection, namespace, watched));
    // None of them is still claimed.
    const again = {
      name: 'again',
      fromVersion: FROM.version,
      toVersion: '1.3.0',
      toRelease: '221',
      agentIds,
    };
    await operator
      .ask((client) => client.createPlan(again, { dryRun: true }))
      .catch((error: unknown) => violations.push(`the agents are not free: ${String(error)}`));
  } finally {
    connection.disconnect();
  }
  return violations;
}

async function wrongFacts({ lcas, operator }: Settling): Promise<string[]> {
  const faults: string[] = [];
  await operator.ask(async (client) => {
    faults.length = 0;
    for await (const { agentId, components } of client.listAgents({ limit: 1_000 })) {
      for (const seen of components) {
        const { componentInstanceUuid: instance } = seen;
        const truth = lcas.map((lca) => lca.factsOf(instance)).find((facts) => facts !== undefined);
        const isRight =
          seen.actualVersion === truth?.version &&
          seen.actualRelease === truth?.release &&
          seen.runtimeStatus === truth?.runtimeStatus;
        if (isRight) continue;
        faults.push(`the inventory has ${JSON.stringify(seen)} of ${agentId}, not ${JSON.stringify(truth)}`);
      }
    }
  });
  return faults;
}
