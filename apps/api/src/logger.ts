// The log: JSON lines, without what must not be read in them.
import { type Logger, pino } from 'pino';

/** A command that Redis refused may carry its password. */
const SECRET = ['err.command', 'err.cause.command', 'err.lastNodeError', 'err.cause.lastNodeError'];

export function createLogger(level: string): Logger {
  return pino({ level, base: { app: 'api' }, redact: { paths: SECRET, remove: true } });
}
