// Connections to Redis.
export {
  type Connection,
  connect,
  connectWhenThere,
  InvalidRedisUrl,
  type Manner,
  RedisRefuses,
} from './connect.js';
export {
  type ConfirmWrites,
  NO_REPLICAS,
  type ReplicaDemand,
  watchReplicas,
} from './replicas.js';
export { type EndedCommand, watchCommands } from './watchCommands.js';
