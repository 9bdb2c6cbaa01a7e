// The api as the agent calls it: for as long as it takes, with a token that may be renewed in its file.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, ConnectionError, createClient, ProblemError } from '@gradus/client';
import { type ConnectionFlags, readConnection } from '../connection.js';
import { failureLines } from '../failureText.js';
import type { Journal } from './journal.js';

export interface Api {
  readonly url: string;
  token(): string;
  /** One call, with the token that the file has now where the last one was refused. */
  call<Answer>(ask: (client: Client) => Promise<Answer>): Promise<Answer>;
  /**
   * Tries until it succeeds, more and more rarely. What goes wrong is told once when it begins, and once when it
   * ends.
   *
   * @param what it is that it does, for these words
   * @throws what is no answer of the api's and no missing one; the signal's reason
   */
  persist<Answer>(what: string, act: () => Promise<Answer>): Promise<Answer>;
}

const BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 30_000;

/** @throws UsageError where there is no api or token to begin with */
export function createApi(
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv,
  journal: Journal,
  signal: AbortSignal,
): Api {
  let connection = readConnection(flags, env);
  let client = connect();
  const troubles = new Map<string, string>();

  function connect(): Client {
    return createClient({ baseUrl: connection.url, token: connection.token, maxRetries: 0 });
  }

  /** A file that cannot be read just now will be. */
  function renewToken(): void {
    try {
      connection = readConnection(flags, env);
      client = connect();
    } catch (error) {
      tellOnce('the token', error);
    }
  }

  function tellOnce(what: string, error: unknown): void {
    const text = failureLines(error).join(' ').replaceAll(/\s+/g, ' ');
    // Each answer has an id of its own, which makes it no other trouble.
    const kind = text.replace(/request id: .*/, '');
    if (kind !== troubles.get(what)) journal.tell('trouble', `${what}: ${text}; trying again`);
    troubles.set(what, kind);
  }

  return {
    url: connection.url,
    token: () => connection.token,
    async call(ask) {
      try {
        return await ask(client);
      } catch (error) {
        if (error instanceof ProblemError && error.status === 401) renewToken();
        throw error;
      }
    },
    async persist(what, act) {
      for (let failures = 1; ; failures += 1) {
        try {
          const answer = await act();
          if (troubles.delete(what)) journal.tell('over', `${what}: the api answers again`);
          return answer;
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof ConnectionError || error instanceof ProblemError)) throw error;
          tellOnce(what, error);
          await sleep(backoffMs(failures, error), undefined, { signal });
        }
      }
    },
  };
}

/** Longer with each failure, never less than the api asks for, and never all agents at once. */
function backoffMs(failures: number, error: unknown): number {
  const asked = error instanceof ProblemError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  const grown = Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** (failures - 1));
  return asked + grown * (0.5 + Math.random());
}
