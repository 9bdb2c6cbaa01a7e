// An LCA written from the HTTP contract alone: it imports nothing of Gradus, so that it can bear witness.
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_S = 20;
const RETRY_MS = 100;
const REQUEST_TIMEOUT_MS = 10_000;
const RESENT_AT_ONCE = 3;

export interface IndependentAgent {
  agentId: string;
  componentInstanceUuid: string;
  version: string;
  release: string;
}

export interface HandedTask {
  lifecycleTaskUuid: string;
  agentId: string;
  taskType: string;
  componentUuid: string;
  componentInstanceUuid: string;
  componentName: string;
  fromVersion: string;
  toVersion: string;
  toRelease: string;
  deadline: string;
  attempt: number;
}

/**
 * `silent`: takes the task and is not heard of again. `false-success`: says completed on the old version.
 * `complete-then-facts`, `facts-then-complete`: says the two in two check-ins.
 */
export type Behaviour =
  | 'complete'
  | 'fail'
  | 'silent'
  | 'false-success'
  | 'complete-then-facts'
  | 'facts-then-complete';

/** `at`: milliseconds of the monotonic clock. `end`: the LCA begins to send its last word on the task. */
export interface LedgerEntry {
  at: number;
  kind: 'hand-out' | 'end' | 'deadline' | 'cancel';
  lcaUuid: string;
  agentId: string;
  lifecycleTaskUuid: string;
}

/** What LCAs saw, in the order in which they saw it. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  /** What the control plane did that the contract rules out; empty where it kept it. */
  readonly breaches: readonly string[];
  /** How often the task was handed out. */
  timesHandedOut(lifecycleTaskUuid: string): number;
  /** How often the task was run: once, whatever happens. */
  timesExecuted(lifecycleTaskUuid: string): number;
  /** The agent's tasks, in the order of their first hand-outs. */
  uuidsOf(agentId: string): string[];
  /** The agents in the order of their tasks' first hand-outs. */
  firstHandOuts(): string[];
  /**
   * The most agents that were held at the same time: from a task's first hand-out to its end, its deadline, or
   * its cancellation.
   *
   * @param among only these agents
   */
  maxHeldAtOnce(among?: Iterable<string>): number;
  /** @returns a line for each batch of a plan that began before the one ahead had ended; empty where none did */
  batchOverlaps(batches: readonly (readonly string[])[]): string[];
}

interface Recorder extends Ledger {
  record(kind: LedgerEntry['kind'], lcaUuid: string, task: HandedTask): void;
  countHandOut(lifecycleTaskUuid: string): void;
  countExecution(lifecycleTaskUuid: string): void;
  breach(what: string): void;
}

function createRecorder(): Recorder {
  const entries: LedgerEntry[] = [];
  const breaches: string[] = [];
  const handedOut = new Map<string, number>();
  const executed = new Map<string, number>();
  const open = new Map<string, { lcaUuid: string; task: HandedTask }>();

  /** From its deadline on the control plane may give the task's slot away without a word to the LCA. */
  function passDeadlines(): void {
    for (const { lcaUuid, task } of [...open.values()]) {
      if (Date.parse(task.deadline) <= Date.now()) record('deadline', lcaUuid, task);
    }
  }

  function record(kind: LedgerEntry['kind'], lcaUuid: string, task: HandedTask): void {
    if (kind === 'hand-out') passDeadlines();
    else if (!open.delete(task.lifecycleTaskUuid)) return;
    if (kind === 'hand-out') open.set(task.lifecycleTaskUuid, { lcaUuid, task });
    const { agentId, lifecycleTaskUuid } = task;
    entries.push({ at: performance.now(), kind, lcaUuid, agentId, lifecycleTaskUuid });
  }

  function handOutsOf(agentIds: readonly string[]): LedgerEntry[] {
    const wanted = new Set(agentIds);
    return entries.filter((entry) => entry.kind === 'hand-out' && wanted.has(entry.agentId));
  }

  return {
    entries,
    breaches,
    record,
    countHandOut: (uuid) => handedOut.set(uuid, (handedOut.get(uuid) ?? 0) + 1),
    countExecution: (uuid) => executed.set(uuid, (executed.get(uuid) ?? 0) + 1),
    breach: (what) => breaches.push(what),
    timesHandedOut: (uuid) => handedOut.get(uuid) ?? 0,
    timesExecuted: (uuid) => executed.get(uuid) ?? 0,
    uuidsOf: (agentId) => handOutsOf([agentId]).map((entry) => entry.lifecycleTaskUuid),
    firstHandOuts: () => entries.filter((entry) => entry.kind === 'hand-out').map((entry) => entry.agentId),
    maxHeldAtOnce(among) {
      const wanted = among === undefined ? null : new Set(among);
      const held = new Map<string, number>();
      let most = 0;
      for (const { kind, agentId } of entries) {
        if (wanted !== null && !wanted.has(agentId)) continue;
        const tasks = (held.get(agentId) ?? 0) + (kind === 'hand-out' ? 1 : -1);
        if (tasks === 0) held.delete(agentId);
        else held.set(agentId, tasks);
        most = Math.max(most, held.size);
      }
      return most;
    },
    batchOverlaps(batches) {
      const overlaps: string[] = [];
      for (const [index, batch] of batches.entries()) {
        const began = entries.findIndex(
          (entry) => entry.kind === 'hand-out' && batch.includes(entry.agentId),
        );
        const ahead = batches[index - 1];
        if (ahead === undefined || began === -1) continue;
        const before = entries.slice(0, began);
        const taskUuids = handOutsOf(ahead).map((entry) => entry.lifecycleTaskUuid);
        const unended = taskUuids.filter(
          (uuid) => !before.some((entry) => entry.lifecycleTaskUuid === uuid && entry.kind !== 'hand-out'),
        );
        if (unended.length > 0) overlaps.push(`batch ${index} began before ${unended.join(', ')} had ended`);
      }
      return overlaps;
    },
  };
}

export interface IndependentLcaOptions {
  /** The api's origin. */
  url: string;
  token: string;
  lcaUuid: string;
  /** One, or a gateway's many. */
  agents: readonly IndependentAgent[];
  upgradeMs: number;
  /** Default: every task completes. */
  behave?: ((task: HandedTask) => Behaviour) | undefined;
  /** Whether an upgrade that is done may end by now; it is asked again and again. Default: it may. */
  mayEnd?: ((task: HandedTask) => boolean) | undefined;
  /** Every check-in with reports is sent a second time. */
  reportTwice?: boolean | undefined;
  /** Reports go out of order, some `running` after their ends; ended tasks' reports are sent again later. */
  shuffleReports?: boolean | undefined;
}

export interface IndependentLca {
  readonly ledger: Ledger;
  /** Also after a stop: it goes on with what it knows. */
  start(): void;
  /** Resolves once it does nothing any more. */
  stop(): Promise<void>;
  /** Changes what an agent runs, and reports it. Resolves once the api has taken it. */
  reportFacts(
    agentId: string,
    facts: { version?: string; release?: string; runtimeStatus?: string },
  ): Promise<void>;
}

interface KnownTask {
  task: HandedTask;
  behaviour: Behaviour;
  status: 'running' | 'completed' | 'failed' | 'cancelled';
  error: string | null;
  timer: NodeJS.Timeout | null;
}

/** What a report says is read when it is sent, so that no old facts are sent as new ones. */
interface PendingReport {
  agentId: string;
  status?: { lifecycleTaskUuid: string; status: KnownTask['status']; error: string | null };
  withFacts: boolean;
  /** Called as its sending begins, each time. */
  onSend?: () => void;
  onAcknowledged?: () => void;
}

/** @param recorder shared by LCAs whose ledger is one */
function createLca(options: IndependentLcaOptions, recorder: Recorder): IndependentLca {
  const { lcaUuid, token, upgradeMs } = options;
  const endpoint = `${options.url}/api/v1/lifecycle/lcas/${encodeURIComponent(lcaUuid)}/check-in`;
  const behave = options.behave ?? (() => 'complete');
  const mayEnd = options.mayEnd ?? (() => true);
  const agents = new Map(
    options.agents.map((agent) => [agent.agentId, { ...agent, runtimeStatus: 'running' }]),
  );
  const known = new Map<string, KnownTask>();
  const sent: NonNullable<PendingReport['status']>[] = [];
  const lateRuns = new Map<string, PendingReport>();
  let pending: PendingReport[] = [];
  let wakeSender: () => void = () => undefined;
  let ending = new AbortController();
  let loops: Promise<unknown> = Promise.resolve();

  function enqueue(...reports: PendingReport[]): void {
    pending.push(...reports);
    wakeSender();
  }

  function factsOf(agentId: string) {
    const agent = agents.get(agentId);
    if (agent === undefined) return [];
    const { componentInstanceUuid, runtimeStatus, version, release } = agent;
    return [{ componentInstanceUuid, runtimeStatus, actualVersion: version, actualRelease: release }];
  }

  function toReport({ agentId, status, withFacts }: PendingReport) {
    return {
      agentId,
      ...(withFacts ? { components: factsOf(agentId) } : {}),
      ...(status === undefined ? {} : { tasks: [status] }),
    };
  }

  async function checkIn(reports: unknown[], wait: number): Promise<void> {
    const timeout = AbortSignal.timeout(wait * 1000 + REQUEST_TIMEOUT_MS);
    const response = await fetch(`${endpoint}?wait=${wait}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reports }),
      signal: AbortSignal.any([ending.signal, timeout]),
    });
    const text = await response.text();
    if (response.status !== 200) {
      if (response.status !== 503 && response.status !== 429) {
        recorder.breach(`${lcaUuid}: check-in answered ${response.status}: ${text.slice(0, 300)}`);
      }
      throw new CheckInRefused(response.status);
    }
    const answer = JSON.parse(text) as { accepted: number; tasks: HandedTask[]; cancel: string[] };
    if (answer.accepted !== reports.length) {
      recorder.breach(`${lcaUuid}: ${answer.accepted} of ${reports.length} reports accepted`);
    }
    for (const task of answer.tasks) take(task);
    for (const uuid of answer.cancel) cancel(uuid);
  }

  function take(task: HandedTask): void {
    const { lifecycleTaskUuid: uuid, agentId } = task;
    recorder.countHandOut(uuid);
    const before = known.get(uuid);
    if (before !== undefined) {
      if (before.behaviour !== 'silent') enqueue(lastWord(before));
      return;
    }
    examine(task);
    recorder.record('hand-out', lcaUuid, task);
    const fresh: KnownTask = { task, behaviour: behave(task), status: 'running', error: null, timer: null };
    known.set(uuid, fresh);
    recorder.countExecution(uuid);
    if (fresh.behaviour === 'silent') return;
    const running: PendingReport = { agentId, status: statusOf(fresh), withFacts: false };
    if (options.shuffleReports && Math.random() < 0.5) lateRuns.set(uuid, running);
    else enqueue(running);
    fresh.timer = setTimeout(() => finish(fresh), upgradeMs);
  }

  function examine(task: HandedTask): void {
    const uuid = task.lifecycleTaskUuid;
    const agent = agents.get(task.agentId);
    if (agent?.componentInstanceUuid !== task.componentInstanceUuid) {
      recorder.breach(`${lcaUuid}: handed ${uuid} of ${task.agentId}, which is not one of its own`);
    }
    if (task.taskType !== 'update' || Number.isNaN(Date.parse(task.deadline)) || task.attempt < 1) {
      recorder.breach(`${lcaUuid}: handed a task that is none: ${JSON.stringify(task)}`);
    }
    for (const other of known.values()) {
      const isSame = other.task.componentInstanceUuid === task.componentInstanceUuid;
      const isOver = Date.parse(other.task.deadline) <= Date.now();
      if (isSame && other.status === 'running' && !isOver) {
        recorder.breach(
          `${lcaUuid}: handed ${uuid} while ${other.task.lifecycleTaskUuid} runs on its instance`,
        );
      }
    }
  }

  function statusOf({ task, status, error }: KnownTask) {
    return { lifecycleTaskUuid: task.lifecycleTaskUuid, status, error };
  }

  function lastWord(of: KnownTask): PendingReport {
    const hasEnded = of.status !== 'running';
    return { agentId: of.task.agentId, status: statusOf(of), withFacts: hasEnded, onSend: () => noteEnd(of) };
  }

  function noteEnd(of: KnownTask): void {
    if (of.status !== 'running') recorder.record('end', lcaUuid, of.task);
  }

  function finish(of: KnownTask): void {
    const { task, behaviour } = of;
    if (!mayEnd(task)) {
      of.timer = setTimeout(() => finish(of), RETRY_MS);
      return;
    }
    const agent = agents.get(task.agentId);
    of.timer = null;
    of.status = behaviour === 'fail' ? 'failed' : 'completed';
    of.error = behaviour === 'fail' ? 'checksum mismatch' : null;
    if (agent !== undefined && behaviour !== 'fail' && behaviour !== 'false-success') {
      agent.version = task.toVersion;
      agent.release = task.toRelease;
    }
    const end = lastWord(of);
    const { agentId } = task;
    const facts: PendingReport = { agentId, withFacts: true };
    const said: PendingReport = { agentId, status: statusOf(of), withFacts: false };
    if (behaviour === 'complete-then-facts') {
      // Decided by the facts: the task may not be taken for ended before they are on their way.
      enqueue({ ...said, onAcknowledged: () => enqueue({ ...facts, onSend: () => noteEnd(of) }) });
    } else if (behaviour === 'facts-then-complete') {
      enqueue({ ...facts, onAcknowledged: () => enqueue({ ...said, onSend: () => noteEnd(of) }) });
    } else enqueue({ ...end, onAcknowledged: () => sendLateRun(task.lifecycleTaskUuid) });
  }

  function sendLateRun(uuid: string): void {
    const late = lateRuns.get(uuid);
    if (!lateRuns.delete(uuid) || late === undefined) return;
    enqueue(late);
  }

  function cancel(uuid: string): void {
    const of = known.get(uuid);
    if (of === undefined) return;
    if (of.status === 'running') {
      if (of.timer !== null) clearTimeout(of.timer);
      of.timer = null;
      of.status = 'cancelled';
      recorder.record('cancel', lcaUuid, of.task);
    }
    if (of.behaviour !== 'silent') enqueue(lastWord(of));
  }

  async function waitForWork(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        await checkIn([], WAIT_S);
      } catch {
        await sleep(RETRY_MS, undefined, { signal: ending.signal });
      }
    }
  }

  async function sendReports(): Promise<void> {
    while (!ending.signal.aborted) {
      if (pending.length === 0) {
        await new Promise<void>((resolve) => {
          wakeSender = resolve;
        });
        continue;
      }
      const parcel = options.shuffleReports ? shuffled(pending) : pending;
      pending = [];
      try {
        for (const report of parcel) report.onSend?.();
        const reports = parcel.map(toReport);
        await checkIn(reports, 0);
        if (options.reportTwice) await checkIn(reports, 0);
      } catch {
        // Ahead of what has come meanwhile: an LCA that does not mean to shuffle speaks in order.
        pending = [...parcel, ...pending];
        await sleep(RETRY_MS, undefined, { signal: ending.signal });
        continue;
      }
      for (const report of parcel) report.onAcknowledged?.();
      for (const { status } of parcel) if (status !== undefined) sent.push(status);
      if (options.shuffleReports) await resendOld();
    }
  }

  /** Without facts: what was true once would count as news. */
  async function resendOld(): Promise<void> {
    const ended = sent.filter(({ lifecycleTaskUuid: uuid }) => known.get(uuid)?.status !== 'running');
    const old = shuffled(ended).slice(0, RESENT_AT_ONCE);
    const reports = old.map((status) => ({
      agentId: known.get(status.lifecycleTaskUuid)?.task.agentId,
      tasks: [status],
    }));
    // Its loss is no loss: all of it was acknowledged before.
    await checkIn(reports, 0).catch(() => undefined);
  }

  function start(): void {
    ending = new AbortController();
    ending.signal.addEventListener('abort', () => wakeSender());
    for (const of of known.values()) {
      if (of.status !== 'running' || of.behaviour === 'silent' || of.timer !== null) continue;
      of.timer = setTimeout(() => finish(of), upgradeMs);
    }
    // A sleep that the end cuts short throws; nothing else does.
    loops = Promise.allSettled([waitForWork(), sendReports()]);
  }

  async function stop(): Promise<void> {
    ending.abort();
    for (const of of known.values()) {
      if (of.timer !== null) clearTimeout(of.timer);
      of.timer = null;
    }
    await loops;
  }

  async function reportFacts(
    agentId: string,
    facts: { version?: string; release?: string; runtimeStatus?: string },
  ): Promise<void> {
    const agent = agents.get(agentId);
    if (agent === undefined) throw new NotItsAgent(lcaUuid, agentId);
    Object.assign(agent, facts);
    await new Promise<void>((resolve) => {
      enqueue({ agentId, withFacts: true, onAcknowledged: resolve });
    });
  }

  return { ledger: recorder, start, stop, reportFacts };
}

class CheckInRefused extends Error {
  readonly code = 'check-in-refused';
  constructor(status: number) {
    super(`the check-in was answered ${status}`);
    this.name = 'CheckInRefused';
  }
}

class NotItsAgent extends Error {
  readonly code = 'not-its-agent';
  constructor(lcaUuid: string, agentId: string) {
    super(`${lcaUuid} does not own ${agentId}`);
    this.name = 'NotItsAgent';
  }
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

export interface IndependentLcas {
  readonly ledger: Ledger;
  /** By lcaUuid. */
  readonly lcas: ReadonlyMap<string, IndependentLca>;
  start(): void;
  stop(): Promise<void>;
}

/** Many LCAs that write one ledger. */
export function createIndependentLcas(
  shared: Omit<IndependentLcaOptions, 'lcaUuid' | 'agents'>,
  owners: readonly Pick<IndependentLcaOptions, 'lcaUuid' | 'agents'>[],
): IndependentLcas {
  const recorder = createRecorder();
  const lcas = new Map(
    owners.map((owner) => [owner.lcaUuid, createLca({ ...shared, ...owner }, recorder)] as const),
  );
  return {
    ledger: recorder,
    lcas,
    start: () => {
      for (const lca of lcas.values()) lca.start();
    },
    stop: async () => {
      await Promise.all([...lcas.values()].map((lca) => lca.stop()));
    },
  };
}
