// The yardstick: jobs that do nothing, added in bulk and done by one worker process, with BullMQ alone.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect } from '@gradus/redis';
import { Queue, Worker } from 'bullmq';
import { startBenchRedis } from './system.mjs';

const ADDED_AT_ONCE = 1_000;
const CONCURRENCY = 50;
const PREFIX = '{bare}';

const isChild = process.send !== undefined && process.argv[2] === 'worker';
if (isChild) {
  const [, , , url = '', jobs = ''] = process.argv;
  const connection = connect(url, 'patient', console.error);
  let done = 0;
  const work = async () => undefined;
  const worker = new Worker('bare', work, { connection, prefix: PREFIX, concurrency: CONCURRENCY });
  worker.on('completed', () => {
    done += 1;
    if (done === Number(jobs)) process.send?.('done');
  });
  await worker.waitUntilReady();
  process.send?.('ready');
  process.once('disconnect', () => process.exit());
}

/**
 * On a Redis of its own.
 *
 * @param {number} jobs how many
 */
export async function runBareJobs(jobs) {
  const redis = await startBenchRedis();
  try {
    const before = await redis.cpuSeconds();
    const jobsPerSecond = await jobsASecond(redis.url, jobs);
    return { jobsPerSecond, redisUs: (((await redis.cpuSeconds()) - before) * 1e6) / jobs };
  } finally {
    await redis.stop();
  }
}

/**
 * @param {string} redisUrl
 * @param {number} jobs
 * @returns {Promise<number>} from the first add to the last completion
 */
async function jobsASecond(redisUrl, jobs) {
  const connection = connect(redisUrl, 'patient', console.error);
  const queue = new Queue('bare', {
    connection,
    prefix: PREFIX,
    defaultJobOptions: { removeOnComplete: true },
  });
  const child = fork(fileURLToPath(import.meta.url), ['worker', redisUrl, String(jobs)], { execArgv: [] });
  await once(child, 'message');
  const isDone = once(child, 'message');
  const began = performance.now();
  for (let next = 0; next < jobs; next += ADDED_AT_ONCE) {
    const some = Math.min(ADDED_AT_ONCE, jobs - next);
    await queue.addBulk(Array.from({ length: some }, () => ({ name: 'nothing', data: {} })));
  }
  await isDone;
  const seconds = (performance.now() - began) / 1_000;
  child.disconnect();
  await once(child, 'exit');
  await queue.obliterate({ force: true });
  await queue.close();
  connection.disconnect();
  return jobs / seconds;
}
