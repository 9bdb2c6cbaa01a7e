// Imported first into a server that knows no other way: it listens on this machine's own address alone.
import { Server } from 'node:net';

const listen = Server.prototype.listen;

/** @param {any[]} args */
Server.prototype.listen = function (...args) {
  const [port, ...rest] = args;
  return Reflect.apply(listen, this, typeof port === 'number' ? [port, '127.0.0.1', ...rest] : args);
};
