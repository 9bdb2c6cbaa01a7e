// Redis' connection breaks in mid-transaction: whoever asked hears that Redis is away, not that something is wrong.
import { openStore, StoreUnavailable } from '@gradus/store';
import { expect, inject, test } from 'vitest';
import { freshNamespace } from '../support/namespace.js';
import { startNetwork } from './network.js';

test('half of the answer to a transaction arrives: its reader is told that the store cannot be reached', async () => {
  const network = await startNetwork(Number(new URL(inject('redisUrl')).port));
  const namespace = freshNamespace();
  const { username, password } = new URL(inject('redisUrl'));
  const url = network.url.replace('//', `//${username}:${password}@`);
  const store = await openStore({ url, namespace, onError: () => undefined });
  try {
    network.truncate('answer');
    await expect(store.plans.readSummary('plan-0')).rejects.toThrow(StoreUnavailable);
  } finally {
    await store.close();
    await network.stop();
  }
});
