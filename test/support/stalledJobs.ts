// Which jobs were found left behind: by a worker that died, or ended without handing them back.
import type { Connection } from '@gradus/redis';

const QUEUES = ['plans', 'batches', 'tasks', 'reports', 'webhooks', 'pushes'];

/** @returns a line for each, from the queues' own events */
export async function stalledJobs(connection: Connection, namespace: string): Promise<string[]> {
  const found = QUEUES.map(async (queue) => {
    const entries = await connection.xrange(`{${namespace}}:${queue}:events`, '-', '+');
    const events = entries.map(([, fields]) => fields);
    return events
      .filter((fields) => fields[fields.indexOf('event') + 1] === 'stalled')
      .map((fields) => `${queue} ${fields[fields.indexOf('jobId') + 1]}`);
  });
  return (await Promise.all(found)).flat();
}
