// The domain, pure: no I/O, no clock, no randomness of its own.
export * from './agent.js';
export * from './allowedFailures.js';
export * from './batch.js';
export * from './batchSizes.js';
export * from './cancelled.js';
export * from './checkIn.js';
export * from './counts.js';
export * from './decide.js';
export * from './duration.js';
export * from './errors.js';
export * from './event.js';
export * from './forecast.js';
export * from './plan.js';
export * from './planner.js';
export * from './task.js';
export * from './transitions.js';
export * from './waitingFor.js';
