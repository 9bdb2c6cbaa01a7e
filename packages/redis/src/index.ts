// Connections to Redis.
export { type Connection, connect, connectWhenThere, InvalidRedisUrl, type Manner } from './connect.js';
