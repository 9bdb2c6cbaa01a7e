// The console's one client: it asks the address that the page came from, and the browser sends the session along.
import { type Client, createClient } from '@gradus/client';
import { signal } from '@preact/signals';

/** What a proxy says of an api that it cannot reach, and an api of a Redis that it cannot. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

/** An api that answers, though not for this plan: one of its version is to be asked. */
const NEWER = '"code":"newer-version"';

async function isAway(response: Response): Promise<boolean> {
  return AWAY.has(response.status) && !(await response.clone().text()).includes(NEWER);
}

/** Whether the api was heard of at the last try. */
export const isConnected = signal(true);

/** Rises with each answer that says that nobody is signed in any more. */
export const signedOut = signal(0);

async function watchedFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  try {
    const response = await fetch(input, init);
    isConnected.value = !(await isAway(response));
    if (response.status === 401) signedOut.value += 1;
    return response;
  } catch (error) {
    // A page that is left ends its own requests: nothing is wrong then.
    if (!init?.signal?.aborted) isConnected.value = false;
    throw error;
  }
}

export const client: Client = createClient({ baseUrl: '', token: null, fetch: watchedFetch });
