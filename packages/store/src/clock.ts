// Redis' clock: the process' own, corrected by its measured offset, so that all processes agree.
import type { Connection } from '@gradus/redis';

const MEASURE_EVERY_MS = 10_000;
const TRUSTED_WITHIN_MS = 200;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  stop(): void;
}

/** @throws where Redis does not answer the first measurement */
export async function startClock(connection: Connection): Promise<Clock> {
  let offsetMs = 0;
  let isMeasured = false;
  const measure = async () => {
    const before = Date.now();
    const [seconds, microseconds] = await connection.time();
    const after = Date.now();
    // An answer that took long says little of when it was given.
    if (isMeasured && after - before > TRUSTED_WITHIN_MS) return;
    isMeasured = true;
    offsetMs = Math.round(Number(seconds) * 1000 + Number(microseconds) / 1000 - (before + after) / 2);
  };
  await measure();
  // A measurement that fails leaves the last offset: whoever needs Redis hears of it by its own command.
  const timer = setInterval(() => void measure().catch(() => undefined), MEASURE_EVERY_MS);
  timer.unref();
  return { now: () => Date.now() + offsetMs, stop: () => clearInterval(timer) };
}
