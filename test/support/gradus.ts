// A whole Gradus of its own: an api and workers as processes, in a fresh namespace of the shared Redis.
import { inject } from 'vitest';
import { type ApiKey, makeApiKey } from './apiKeys.js';
import { clearNamespace, freshNamespace } from './namespace.js';
import { type RunningApp, startApp } from './processes.js';

/** What a further process has another way than the first ones. */
interface Other {
  env?: Record<string, string>;
  /** The built tree that it is taken from. */
  root?: string;
}

export interface Gradus {
  /** The api's address. */
  url: string;
  /** Of a key with every scope. */
  token: string;
  namespace: string;
  api: RunningApp;
  workers: RunningApp[];
  /** Ends the api by the signal, where it still lives, and starts another at the same address. */
  restartApi(signal: NodeJS.Signals): Promise<void>;
  /** One more api, at an address of its own; stopped with the rest. */
  addApi(other?: Other): Promise<RunningApp>;
  /** One more worker; stopped with the rest. */
  addWorker(other?: Other): Promise<RunningApp>;
  /** Ends every process that still lives, and removes what is left in Redis. */
  stop(): Promise<void>;
}

/**
 * @param options.workers how many; default 1
 * @param options.env for all processes, beside what they need to find each other
 * @param options.keys that the api takes beside the one with every scope
 * @param options.redisUrl of a Redis of the test's own, whose end is the test's business; default the shared one
 */
export async function startGradus(
  options: {
    workers?: number;
    env?: Record<string, string>;
    keys?: readonly ApiKey[];
    redisUrl?: string;
  } = {},
): Promise<Gradus> {
  const namespace = freshNamespace();
  const admin = makeApiKey('admin');
  const env = {
    REDIS_URL: options.redisUrl ?? inject('redisUrl'),
    GRADUS_NAMESPACE: namespace,
    GRADUS_API_KEYS: JSON.stringify([admin.key, ...(options.keys ?? [])]),
    HOST: '127.0.0.1',
    ...options.env,
  };
  const running: RunningApp[] = [];
  const start = async (app: 'api' | 'worker', port = '0', other: Other = {}) => {
    const started = await startApp(app, { ...env, PORT: port, ...other.env }, other.root);
    running.push(started);
    return started;
  };
  const stop = async () => {
    await Promise.all(running.map((one) => one.kill('SIGTERM')));
    if (options.redisUrl === undefined) await clearNamespace(namespace);
  };

  try {
    const api = await start('api');
    const workers = await Promise.all(Array.from({ length: options.workers ?? 1 }, () => start('worker')));
    const url = String(api.ready['url']);
    const gradus: Gradus = {
      url,
      token: admin.token,
      namespace,
      api,
      workers,
      async restartApi(signal) {
        await gradus.api.kill(signal);
        gradus.api = await start('api', new URL(url).port);
      },
      addApi: (other) => start('api', '0', other),
      async addWorker(other) {
        const worker = await start('worker', '0', other);
        workers.push(worker);
        return worker;
      },
      stop,
    };
    return gradus;
  } catch (error) {
    await stop();
    throw error;
  }
}
