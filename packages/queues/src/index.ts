// The queues: what is enqueued, by whom, and under which ids.
export * from './catalogue.js';
export { batchJobId, pushJobId } from './jobIds.js';
export { connectWorkers, openQueues } from './openQueues.js';
export type { QueueFigures, Queues, WorkerConnection } from './port.js';
