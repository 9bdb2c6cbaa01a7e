// Connections to Redis.
export {
  type Connection,
  connect,
  connectWhenThere,
  InvalidRedisUrl,
  type Manner,
  RedisRefuses,
} from './connect.js';
