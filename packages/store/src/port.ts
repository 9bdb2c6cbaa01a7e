// What the rest of Gradus may ask of its store. Nothing above this package knows that it is Redis.
export * from './port/errors.js';
export * from './port/idempotency.js';
export * from './port/inventory.js';
export * from './port/lcas.js';
export * from './port/mailboxes.js';
export * from './port/occurrences.js';
export * from './port/overview.js';
export * from './port/pages.js';
export * from './port/plans.js';
export * from './port/releases.js';
export * from './port/sessions.js';
export * from './port/steps.js';
export * from './port/store.js';
