// The store.
export { openStore } from './openStore.js';
export * from './port.js';
