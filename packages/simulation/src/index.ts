// What a plan would come to, played through in virtual time.
export * from './fates.js';
export * from './repeat.js';
export * from './simulate.js';
export * from './simulatedPlan.js';
