// The processes of a run: apis at fixed addresses and workers, each started again after it was killed.
import { freePort } from '../../scripts/ports.mjs';
import { makeApiKey } from '../support/apiKeys.js';
import { type LogEntry, type RunningApp, startApp } from '../support/processes.js';

/** Of pino. */
const ERROR_LEVEL = 50;
const APIS = 2;
const WORKERS = 3;
const SHOWN_LINES = 12;
const SHIFTED_CLOCK = new URL('./shiftedClock.mjs', import.meta.url).href;

/** What takes half a minute or more by default, so that a run is over in that time. */
const HURRIED = {
  GRADUS_REDELIVER_DISPATCHED: '3s',
  GRADUS_REDELIVER_RUNNING: '5s',
  GRADUS_RETRY_BACKOFF: '1s',
  GRADUS_RETRY_BACKOFF_MAX: '2s',
};

/** One process after another in the same place. Its methods take their turns. */
export interface Place {
  /** Kills the process and starts another one, `afterMs` later. */
  replace(afterMs: number, clockShiftMs?: number): Promise<void>;
  /** Stops the process in its tracks, and lets it go on after that time. */
  freeze(forMs: number): Promise<void>;
}

export interface ControlPlane {
  /** Of the apis. */
  urls: readonly string[];
  /** With every scope. */
  token: string;
  apis: readonly Place[];
  workers: readonly Place[];
  /** What the processes logged as errors, Redis' absence apart, and those that ended by themselves. */
  errors(): string[];
  stop(): Promise<void>;
}

export async function startControlPlane(redisUrl: string, namespace: string): Promise<ControlPlane> {
  const { token, key } = makeApiKey('chaos');
  const env = {
    ...HURRIED,
    REDIS_URL: redisUrl,
    GRADUS_NAMESPACE: namespace,
    GRADUS_API_KEYS: JSON.stringify([key]),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
  };
  const all: RunningApp[] = [];
  const ended: string[] = [];
  let isStopping = false;

  /** Whatever fails, a process that was up goes on until it is killed. */
  async function watch(app: string, { pid, exited, log }: RunningApp): Promise<void> {
    const { code, signal } = await exited;
    if (signal === 'SIGKILL') return;
    const last = log.slice(-SHOWN_LINES).map((entry) => JSON.stringify(entry));
    ended.push(`the ${app} (${pid}) ended by itself: ${code ?? signal}; it had said\n${last.join('\n')}`);
  }

  async function open(app: 'api' | 'worker', port: number): Promise<Place> {
    let running: RunningApp;
    let turn: Promise<unknown> = Promise.resolve();
    /** As a supervisor would: what cannot start, because Redis is away, is started again. */
    async function start(clockShiftMs = 0): Promise<void> {
      const shifted =
        clockShiftMs === 0
          ? {}
          : { NODE_OPTIONS: `--import=${SHIFTED_CLOCK}`, GRADUS_CHAOS_CLOCK_MS: clockShiftMs.toString() };
      for (let tries = 0; ; tries += 1) {
        try {
          running = await startApp(app, { ...env, PORT: port.toString(), ...shifted });
          all.push(running);
          void watch(app, running);
          return;
        } catch (error) {
          if (isStopping || tries === 5) throw error;
        }
      }
    }
    const inTurn = (work: () => Promise<void>) => {
      const done = turn.then(work);
      turn = done.catch(() => undefined);
      return done;
    };
    await start();
    return {
      replace: (afterMs, clockShiftMs) =>
        inTurn(async () => {
          await running.kill('SIGKILL');
          await new Promise((resolve) => setTimeout(resolve, afterMs));
          await start(clockShiftMs);
        }),
      freeze: (forMs) =>
        inTurn(async () => {
          process.kill(running.pid, 'SIGSTOP');
          await new Promise((resolve) => setTimeout(resolve, forMs));
          process.kill(running.pid, 'SIGCONT');
        }),
    };
  }

  const ports = await Promise.all(Array.from({ length: APIS }, freePort));
  const [apis, workers] = await Promise.all([
    Promise.all(ports.map((port) => open('api', port))),
    Promise.all(Array.from({ length: WORKERS }, () => open('worker', 0))),
  ]);
  return {
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    token,
    apis,
    workers,
    errors: () => [
      ...ended,
      ...all.flatMap(({ log }) => log.filter(isUnexpected).map((entry) => JSON.stringify(entry))),
    ],
    async stop() {
      isStopping = true;
      await Promise.all(all.map((one) => one.kill('SIGKILL')));
    },
  };
}

/** @returns whether it is an error, and not one that says that Redis is away */
function isUnexpected({ level, err }: LogEntry): boolean {
  const code: unknown = typeof err === 'object' && err !== null ? Reflect.get(err, 'code') : undefined;
  return level === ERROR_LEVEL && code !== 'unavailable';
}
