// Figures of the whole system: the same in every process that tells them, read anew every two seconds at most.
import type { QueueFigures, Queues } from '@gradus/queues';
import type { PlansOverview, Store } from '@gradus/store';
import { Gauge, type Registry } from 'prom-client';

/** Where the figures are read. */
export interface System {
  store: Pick<Store, 'overview' | 'connected' | 'now'>;
  queues: Pick<Queues, 'figures' | 'connected'>;
  /** Connections beside those of the store and the queues. */
  connected?: () => Record<string, boolean>;
}

/** Whoever asks sooner is told the same again. */
const KEPT_MS = 2_000;
/** Less than Prometheus waits for an answer. */
const READ_WITHIN_MS = 2_000;

type Figures = { overview: PlansOverview | null; queues: QueueFigures[] };

export function createSystemMetrics(registry: Registry) {
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name, help, labelNames, registers });

  const connected = gauge(
    'gradus_redis_connected',
    'Whether this process is connected to Redis: 1 or 0 for each of its connections',
    ['connection'],
  );
  connected.set({ connection: 'store' }, 0);
  const jobs = gauge('gradus_queue_jobs', 'Jobs of the whole system, by queue and state', ['queue', 'state']);
  const oldest = gauge(
    'gradus_queue_oldest_job_age_seconds',
    'For how long the oldest job has waited for its turn, been at work, or been overdue; 0 where there is none',
    ['queue', 'state'],
  );
  const plans = gauge('gradus_plans', 'Plans of the whole system; ended ones as long as they are kept', [
    'status',
  ]);
  const paused = gauge('gradus_plans_paused', 'Paused plans of the whole system, by who paused them', ['by']);
  const silence = gauge(
    'gradus_plan_longest_silence_seconds',
    'The longest that a running plan has been without an outcome while its batch has some to come',
  );
  const age = gauge(
    'gradus_plans_age_seconds',
    'Since a worker has last looked at every plan, as one does every five seconds',
  );

  let system: System | null = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> = Promise.resolve();

  function tellConnections(): void {
    if (system === null) return;
    const { store, queues } = system;
    const all = { ...store.connected(), queues: queues.connected(), ...system.connected?.() };
    for (const [connection, stands] of Object.entries(all)) connected.set({ connection }, stands ? 1 : 0);
  }

  function tell({ overview, queues }: Figures, now: number): void {
    for (const { queue, state, jobs: count, oldestMs } of queues) {
      jobs.set({ queue, state }, count);
      if (oldestMs !== null) oldest.set({ queue, state }, oldestMs / 1_000);
    }
    if (overview === null) return;
    for (const [status, count] of Object.entries(overview.plans)) plans.set({ status }, count);
    for (const [by, count] of Object.entries(overview.paused)) paused.set({ by }, count);
    silence.set(overview.longestSilenceMs / 1_000);
    age.set(Math.max(0, now - overview.takenAt) / 1_000);
  }

  /** What is not known now is not told: it must not look like what was known last. */
  function forget(): void {
    for (const figure of [jobs, oldest, plans, paused]) figure.reset();
    for (const figure of [silence, age]) figure.remove();
  }

  async function read({ store, queues }: System): Promise<void> {
    const signal = AbortSignal.timeout(READ_WITHIN_MS);
    const late = new Promise<null>((resolve) => {
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const figures = Promise.all([store.overview.read(), queues.figures()]).catch(() => null);
    const found = await Promise.race([figures, late]);
    forget();
    if (found !== null) tell({ overview: found[0], queues: found[1] }, store.now());
  }

  forget();
  return {
    watch: (found: System) => {
      system = found;
    },
    /** Resolves once the figures are no older than that, or cannot be had. */
    refresh: async (): Promise<void> => {
      tellConnections();
      if (system === null) return;
      if (performance.now() - readAt >= KEPT_MS) {
        readAt = performance.now();
        reading = read(system);
      }
      await reading;
    },
  };
}
