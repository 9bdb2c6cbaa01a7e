// Makes sure that no newer version has the data which cannot share them with this one.
import type { Keys } from './keys.js';
import { NewerStore } from './port.js';
import { STORE_SCHEMA } from './schema.js';
import type { Scripts } from './scripts.js';

const LOOK_EVERY_MS = 10_000;

/**
 * Says that this version works on the data, looks whether it may, and looks again now and then.
 *
 * @param onOutdated told once where a newer version has come since that cannot work beside this one
 * @throws NewerStore where such a one has come before
 */
export async function holdSchema(
  scripts: Scripts,
  keys: Keys,
  onOutdated: (fault: NewerStore) => void,
): Promise<{ stop(): void }> {
  const look = async () => {
    const schema = Number(await scripts.raw('raise-schema', [keys.schema], [STORE_SCHEMA.toString()]));
    if (schema > STORE_SCHEMA) throw new NewerStore(schema, STORE_SCHEMA);
  };
  await look();
  const timer = setInterval(() => {
    look().catch((fault: unknown) => {
      // Where Redis is away the next look tells.
      if (!(fault instanceof NewerStore)) return;
      clearInterval(timer);
      onOutdated(fault);
    });
  }, LOOK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
