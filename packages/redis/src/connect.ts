// Connections to Redis, whatever form it has: a plain server, TLS, Sentinel or Cluster.
import { Cluster, Redis } from 'ioredis';

export type Connection = Redis | Cluster;

/** A `REDIS_URL` that cannot be used. */
export class InvalidRedisUrl extends Error {
  readonly code = 'invalid-redis-url';
  constructor(fault: string) {
    super(
      `${fault}; accepted are redis://, redis+sentinel://host:port,host:port/master-name and redis+cluster://host:port,host:port, each with rediss for TLS`,
    );
    this.name = 'InvalidRedisUrl';
  }
}

/** Redis is there and does not let us in: time alone will not mend that. */
export class RedisRefuses extends Error {
  readonly code = 'redis-refuses';
  constructor(cause: Error) {
    super('Redis refuses the connection, or cannot be trusted', { cause });
    this.name = 'RedisRefuses';
  }
}

const REFUSALS =
  /WRONGPASS|NOAUTH|NOPERM|invalid password|certificate|CERT_|_CERT|ERR_TLS|ERR_SSL|UNABLE_TO_VERIFY/i;

/** @returns what Redis, or the check of its certificate, said against the connection; null where it is only away */
function refusalIn(error: unknown): Error | null {
  if (!(error instanceof Error)) return null;
  // A Cluster says that all nodes failed, and keeps to itself why the last one did.
  const cause =
    'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error;
  const code = 'code' in cause ? String(cause.code) : '';
  return REFUSALS.test(`${code} ${cause.message}`) ? cause : null;
}

/** `prompt`: a command fails at once while Redis is away. `patient`: it waits for Redis to come back. */
export type Manner = 'prompt' | 'patient';

const RECONNECT_AT_MOST_MS = 1_000;
const PROMPT_COMMAND_TIMEOUT_MS = 15_000;

const SHARED = {
  retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 6), RECONNECT_AT_MOST_MS),
  /** A server that was demoted answers so; the connection then finds the new master. */
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
};

const OPTIONS = {
  patient: { ...SHARED, maxRetriesPerRequest: null, enableOfflineQueue: true, enableAutoPipelining: false },
  prompt: {
    ...SHARED,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Nobody would hear its failure, and that ends a process: whoever subscribes does so again at `ready`.
    autoResubscribe: false,
    commandTimeout: PROMPT_COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
  },
};

/**
 * The hosts of a URL with several, which WHATWG URLs cannot express.
 *
 * @returns `[scheme][user:password@]host:port,host:port[/path]` in its parts
 */
function splitUrl(url: string) {
  const match = /^([a-z+]+):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]+)(?:\/([^?]*))?/.exec(url);
  if (match === null) throw new InvalidRedisUrl('REDIS_URL is not a URL of a Redis');
  const [, scheme = '', user, password, hosts = '', path = ''] = match;
  const nodes = hosts.split(',').map((host) => {
    const [name = '', port = '6379'] = host.split(':');
    return { host: name, port: Number(port) };
  });
  const credentials = {
    ...(user ? { username: decodeURIComponent(user) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
  };
  return { scheme, nodes, path, credentials };
}

/**
 * Opens a connection and waits until Redis is there, however long that takes.
 *
 * @throws InvalidRedisUrl
 * @throws RedisRefuses where Redis answers and does not let us in
 */
export async function connectWhenThere(
  url: string,
  manner: Manner,
  onError: (error: unknown) => void,
): Promise<Connection> {
  const connection = connect(url, manner, onError);
  if (connection.status !== 'ready') {
    await new Promise<void>((resolve, reject) => {
      const endAtRefusal = (error: unknown) => {
        const refusal = refusalIn(error);
        if (refusal === null) return;
        connection.disconnect();
        reject(new RedisRefuses(refusal));
      };
      connection.on('error', endAtRefusal);
      connection.once('ready', () => {
        connection.off('error', endAtRefusal);
        resolve();
      });
    });
  }
  return connection;
}

/**
 * Opens a connection; it connects, and reconnects, by itself.
 *
 * @param onError hears every connection error; nothing is thrown for them
 * @throws InvalidRedisUrl
 */
export function connect(url: string, manner: Manner, onError: (error: unknown) => void): Connection {
  const { scheme, nodes, path, credentials } = splitUrl(url);
  const options = OPTIONS[manner];
  const tls = scheme.startsWith('rediss') ? { tls: {} } : {};
  const connection = open();
  connection.on('error', onError);
  return connection;

  function open(): Connection {
    switch (scheme) {
      case 'redis':
      case 'rediss':
        return new Redis(url, options);
      case 'redis+sentinel':
      case 'rediss+sentinel': {
        const [name = 'mymaster', db = '0'] = path.split('/');
        return new Redis({
          ...options,
          ...credentials,
          ...tls,
          ...(scheme === 'rediss+sentinel' ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
          sentinels: nodes,
          name: name || 'mymaster',
          db: Number(db),
        });
      }
      case 'redis+cluster':
      case 'rediss+cluster': {
        const { retryStrategy, enableOfflineQueue, enableAutoPipelining: _, ...redisOptions } = options;
        return new Cluster(nodes, {
          enableOfflineQueue,
          // It takes a script's number of keys for its first key, and so for its slot.
          enableAutoPipelining: false,
          clusterRetryStrategy: retryStrategy,
          redisOptions: { ...redisOptions, ...credentials, ...tls },
        });
      }
      default:
        throw new InvalidRedisUrl(`REDIS_URL begins with ${scheme}://`);
    }
  }
}
