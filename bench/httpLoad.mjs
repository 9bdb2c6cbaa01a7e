// HTTP load by autocannon, in a process of its own.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

const run = promisify(execFile);
const AUTOCANNON = createRequire(import.meta.url).resolve('autocannon');
const OUTPUT_BYTES = 16 * 1024 * 1024;
/** Not measured: what compiles the code that is asked for. */
const WARM_UP_S = 3;

/**
 * @param {object} load
 * @param {string} load.url
 * @param {number} load.seconds
 * @param {number} [load.connections]
 * @param {number} [load.rate] requests a second; as many as are answered where it is left out
 * @param {string} [load.token]
 * @param {string} [load.body] JSON; where there is one it is a POST
 * @returns {Promise<{requestsPerSecond: number, p99Ms: number}>}
 */
export async function httpLoad({ url, seconds, connections = 50, rate, token, body }) {
  const args = ['--json', '--no-progress', '-c', String(connections), '-d', String(seconds)];
  args.push('--warmup', '[', '-c', String(connections), '-d', String(WARM_UP_S), ']');
  if (rate !== undefined) args.push('-R', String(Math.max(1, Math.round(rate))));
  if (token !== undefined) args.push('-H', `authorization=Bearer ${token}`);
  if (body !== undefined) args.push('-m', 'POST', '-H', 'content-type=application/json', '-b', body);
  // A line for the warming up, and one for what is measured.
  const { stdout } = await run(process.execPath, [AUTOCANNON, ...args, url], { maxBuffer: OUTPUT_BYTES });
  const { requests, latency, non2xx, errors } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  if (non2xx > 0 || errors > 0)
    throw new Error(`${url}: ${non2xx} answers that are not 2xx, ${errors} errors`);
  return { requestsPerSecond: requests.average, p99Ms: latency.p99 };
}
