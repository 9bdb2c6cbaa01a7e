// An LCA for a rough world, written from the HTTP contract alone: it may crash at any moment, remembers what a disk
// would, and says again what it has no answer to. It imports nothing of Gradus, so that it can bear witness.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Choices } from '../model/random.js';
import type { HandedTask } from '../support/independentLca.js';
import { type BadNews, type Books, FROM, isWayBack } from './books.js';
import type { Fate } from './scenario.js';

const WAIT_S = 2;
const ANSWER_WITHIN_MS = 4_000;
const RETRY_MS = 150;
const HEARTBEAT_MS = 6_000;
const REGRESS_AFTER_MS = 200;
const HELD_BACK_AT_MOST_MS = 800;

/** A way back always goes well. */
const BACK: Fate = { failsFirst: 0, ending: 'complete', upgradeMs: 300 };

/** What an instance of the fleet runs: its own truth. */
export interface Facts {
  runtimeStatus: 'running' | 'crashed';
  version: string;
  release: string;
}

/** While it is on, check-ins with reports are held back, shuffled and sent twice. */
export interface Disorder {
  on: boolean;
}

export interface ChaosLcaOptions {
  lcaUuid: string;
  /** Its agents' component instances. */
  instances: ReadonlyMap<string, readonly string[]>;
  /** Of the apis; the next one is tried where one gives no answer. */
  urls: readonly string[];
  token: string;
  /** By instance. */
  fates: ReadonlyMap<string, Fate>;
  books: Books;
  disorder: Disorder;
  choices: Choices;
}

export interface ChaosLca {
  start(): void;
  /** Ends it as kill -9 would: requests are broken off, and what it had only in memory is gone. */
  crash(): Promise<void>;
  factsOf(instance: string): Facts | undefined;
  /** Whether it has nothing under way and nothing to say that was not acknowledged. */
  isQuiet(): boolean;
}

/** On the LCA's disk. */
interface Known {
  task: HandedTask;
  status: 'running' | 'completed' | 'failed' | 'cancelled';
  error: string | null;
  /** The last status that the api has acknowledged. */
  acknowledged: Known['status'] | null;
}

/** On the LCA's disk. */
interface Instance extends Facts {
  agentId: string;
  /** Bad news that the api has not acknowledged. */
  isUntold: boolean;
}

interface Answer {
  accepted: number;
  tasks: HandedTask[];
  cancel: string[];
}

export function createChaosLca(options: ChaosLcaOptions): ChaosLca {
  const { lcaUuid, urls, token, fates, books, disorder, choices } = options;
  const agentIds = [...options.instances.keys()];
  const instances = new Map(
    [...options.instances].flatMap(([agentId, uuids]) =>
      uuids.map((uuid): [string, Instance] => [
        uuid,
        { agentId, runtimeStatus: 'running', isUntold: false, ...FROM },
      ]),
    ),
  );
  const known = new Map<string, Known>();
  const never = new Set<string>();
  let life = new AbortController();
  let loops: Promise<unknown> = Promise.resolve();
  let timers: NodeJS.Timeout[] = [];
  let toSay = new Set<string>();
  let heartbeatAt = 0;
  let turn = choices.below(urls.length);

  async function checkIn(reports: unknown[], wait: number): Promise<void> {
    const timeout = AbortSignal.timeout(wait * 1_000 + ANSWER_WITHIN_MS);
    const base = urls[turn % urls.length] ?? '';
    try {
      const response = await fetch(`${base}/api/v1/lifecycle/lcas/${lcaUuid}/check-in?wait=${wait}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ reports }),
        signal: AbortSignal.any([life.signal, timeout]),
      });
      const text = await response.text();
      if (response.status !== 200) {
        // 408: an api that stood still took the request for one that never came whole.
        if (response.status !== 503 && response.status !== 408) {
          books.breach(`${lcaUuid}: check-in answered ${response.status}: ${text.slice(0, 200)}`);
        }
        throw new TypeError(`answered ${response.status}`);
      }
      const answer = JSON.parse(text) as Answer;
      if (answer.accepted !== reports.length) {
        books.breach(`${lcaUuid}: ${answer.accepted} of ${reports.length} reports accepted`);
      }
      if (life.signal.aborted) throw new TypeError('crashed before the answer was read');
      for (const task of answer.tasks) take(task);
      for (const uuid of answer.cancel) cancel(uuid);
    } catch (error) {
      turn += 1;
      throw error;
    }
  }

  function take(task: HandedTask): void {
    const { lifecycleTaskUuid: uuid, agentId, componentInstanceUuid, toVersion, toRelease } = task;
    if (known.has(uuid)) {
      toSay.add(uuid);
      return;
    }
    if (instances.get(componentInstanceUuid)?.agentId !== agentId) {
      books.breach(`${lcaUuid}: handed ${uuid} of ${agentId}, which is not its own`);
      return;
    }
    for (const other of known.values()) {
      if (other.task.componentInstanceUuid === componentInstanceUuid && other.status === 'running') {
        books.breach(
          `${agentId}: handed ${uuid} for ${toVersion} release ${toRelease} while another one runs`,
        );
      }
    }
    books.take(task);
    known.set(uuid, { task, status: 'running', error: null, acknowledged: null });
    toSay.add(uuid);
    work(uuid);
  }

  /** Also after a crash: the work of one uuid is taken up again, never begun a second time beside itself. */
  function work(uuid: string): void {
    const one = known.get(uuid);
    const fate = one && fateOf(one.task);
    if (one === undefined || fate === undefined || fate.ending === 'silent') return;
    timers.push(setTimeout(() => finish(one, fate), fate.upgradeMs));
  }

  function fateOf(task: HandedTask): Fate | undefined {
    return isWayBack(task) ? BACK : fates.get(task.componentInstanceUuid);
  }

  function finish(one: Known, fate: Fate): void {
    const { componentInstanceUuid, lifecycleTaskUuid, toVersion, toRelease, attempt } = one.task;
    const instance = instances.get(componentInstanceUuid);
    if (one.status !== 'running' || instance === undefined) return;
    const ending = attempt <= fate.failsFirst ? 'fail' : fate.ending;
    one.status = ending === 'fail' ? 'failed' : 'completed';
    one.error = ending === 'fail' ? 'checksum mismatch' : null;
    if (ending === 'complete' || ending === 'regress') {
      instance.version = toVersion;
      instance.release = toRelease;
      instance.runtimeStatus = 'running';
    }
    toSay.add(lifecycleTaskUuid);
  }

  function cancel(uuid: string): void {
    const one = known.get(uuid);
    if (one === undefined) {
      // Its hand-out got lost on the way: said of any agent of ours, the end is known.
      never.add(uuid);
      return;
    }
    if (one.status === 'running') one.status = 'cancelled';
    toSay.add(uuid);
  }

  function regressSoon({ task }: Known): void {
    const instance = instances.get(task.componentInstanceUuid);
    if (fateOf(task)?.ending !== 'regress' || instance?.runtimeStatus !== 'running') return;
    timers.push(
      setTimeout(() => {
        instance.runtimeStatus = 'crashed';
        instance.isUntold = true;
      }, REGRESS_AFTER_MS),
    );
  }

  const isUrgent = () =>
    toSay.size > 0 || never.size > 0 || [...instances.values()].some(({ isUntold }) => isUntold);

  /** Everything is read as it is sent, so that no old facts are sent as news. */
  function compose(spokenOf: readonly string[], withHeartbeat: boolean) {
    const said = spokenOf.flatMap((uuid) => {
      const one = known.get(uuid);
      return one === undefined ? [] : [{ one, status: one.status }];
    });
    const about = new Set([
      ...said.map(({ one }) => one.task.agentId),
      ...[...instances.values()].flatMap(({ agentId, isUntold }) =>
        withHeartbeat || isUntold ? [agentId] : [],
      ),
    ]);
    const reports: unknown[] = [...about].map((agentId) => {
      const tasks = said
        .filter(({ one }) => one.task.agentId === agentId)
        .map(({ one: { task, error }, status }) => ({
          ...{ lifecycleTaskUuid: task.lifecycleTaskUuid, status },
          ...(error === null ? {} : { error }),
        }));
      const components = options.instances.get(agentId)?.map((componentInstanceUuid) => {
        const facts = instances.get(componentInstanceUuid);
        return {
          ...{ componentInstanceUuid, runtimeStatus: facts?.runtimeStatus },
          ...{ actualVersion: facts?.version, actualRelease: facts?.release },
        };
      });
      return { agentId, components, tasks };
    });
    const disowned = [...never];
    for (const lifecycleTaskUuid of disowned) {
      reports.push({ agentId: agentIds[0], tasks: [{ lifecycleTaskUuid, status: 'cancelled' }] });
    }
    return { said, about, reports, disowned };
  }

  async function report(spokenOf: readonly string[], withHeartbeat: boolean): Promise<void> {
    const { said, about, reports, disowned } = compose(spokenOf, withHeartbeat);
    for (const { one, status } of said) {
      if (status !== 'running') books.end(one.task.lifecycleTaskUuid, status);
    }
    const news = new Map<string, BadNews>();
    for (const [uuid, { agentId, runtimeStatus }] of instances) {
      if (about.has(agentId) && runtimeStatus === 'crashed') news.set(uuid, books.tellBad(uuid));
    }
    await checkIn(reports, 0);
    const ackedAt = Date.now();
    if (disorder.on) await checkIn(reports, 0);
    for (const [uuid, one] of news) {
      one.ackedAt = ackedAt;
      const instance = instances.get(uuid);
      if (instance !== undefined) instance.isUntold = false;
    }
    for (const { one, status } of said) {
      const isNews = one.acknowledged !== status;
      one.acknowledged = status;
      if (status !== 'running') books.acknowledge(one.task.lifecycleTaskUuid);
      if (one.status === status) toSay.delete(one.task.lifecycleTaskUuid);
      if (isNews && status === 'completed') regressSoon(one);
    }
    for (const uuid of disowned) never.delete(uuid);
  }

  async function speak(): Promise<void> {
    while (!life.signal.aborted) {
      const isBeat = Date.now() >= heartbeatAt;
      try {
        if (isBeat || isUrgent()) {
          if (disorder.on) {
            await sleep(choices.below(HELD_BACK_AT_MOST_MS), undefined, { signal: life.signal });
          }
          const spokenOf = disorder.on ? someOf([...toSay]) : [...toSay];
          await report(spokenOf, isBeat);
          if (isBeat) heartbeatAt = Date.now() + HEARTBEAT_MS;
        } else await sleep(20, undefined, { signal: life.signal });
      } catch {
        await sleep(RETRY_MS, undefined, { signal: life.signal });
      }
    }
  }

  /** In another order, and now and then without some that then come later. */
  function someOf(uuids: string[]): string[] {
    const mixed = Array.from(uuids, () => uuids.splice(choices.below(uuids.length), 1)).flat();
    return mixed.filter((_, index) => index === 0 || !choices.oneIn(3));
  }

  async function listen(): Promise<void> {
    while (!life.signal.aborted) {
      await checkIn([], WAIT_S).catch(() => sleep(RETRY_MS, undefined, { signal: life.signal }));
    }
  }

  return {
    start() {
      life = new AbortController();
      heartbeatAt = Date.now() + choices.below(HEARTBEAT_MS);
      for (const [uuid, one] of known) {
        if (one.status !== one.acknowledged) toSay.add(uuid);
        if (one.status === 'running') work(uuid);
        if (one.status === 'completed' && one.acknowledged === 'completed') regressSoon(one);
      }
      // A sleep that the crash cuts short throws; nothing else does.
      loops = Promise.allSettled([speak(), listen()]);
    },
    async crash() {
      life.abort();
      for (const timer of timers) clearTimeout(timer);
      timers = [];
      toSay = new Set();
      await loops;
    },
    factsOf: (instance) => instances.get(instance),
    isQuiet: () => !isUrgent() && [...known.values()].every(({ status }) => status !== 'running'),
  };
}
