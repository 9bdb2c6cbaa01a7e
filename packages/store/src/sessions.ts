// Browser sessions: a random id stands for who signed in, and only the id's digest is kept.
import { createHash, randomBytes } from 'node:crypto';
import type { Connection } from '@gradus/redis';
import type { Keys } from './keys.js';
import type { Sessions } from './port.js';
import { unlessAway } from './storeFaults.js';

export function createSessions(connection: Connection, keys: Keys): Sessions {
  const keyFor = (sessionId: string) => keys.session(createHash('sha256').update(sessionId).digest('hex'));
  return {
    begin: async (content, ttlMs) => {
      const sessionId = randomBytes(32).toString('base64url');
      await unlessAway(connection.set(keyFor(sessionId), content, 'PX', ttlMs));
      return sessionId;
    },
    read: (sessionId) => unlessAway(connection.get(keyFor(sessionId))),
    end: async (sessionId) => {
      await unlessAway(connection.del(keyFor(sessionId)));
    },
  };
}
