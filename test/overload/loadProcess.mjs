// A process that does nothing but press on the api: what it is told as its argument, until it is told to stop.
import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { checkInAgainAndAgain, createPlans, holdLongPolls, sendLargeBodies, trickle } from './loads.mjs';

const LOADS = { checkInAgainAndAgain, createPlans, holdLongPolls, sendLargeBodies, trickle };

/** @type {{url: string, token: string, loads: [keyof typeof LOADS, any][]}} */
const { url, token, loads } = JSON.parse(process.argv[2] ?? '');

const ending = new AbortController();
setMaxListeners(0, ending.signal);
/** @type {Record<string, Record<string, number>>} */
const tally = {};
const count = (/** @type {string} */ kind, /** @type {string} */ what) => {
  tally[kind] ??= {};
  const ofKind = tally[kind];
  ofKind[what] = (ofKind[what] ?? 0) + 1;
};

process.once('message', () => {
  const busy = performance.eventLoopUtilization().utilization;
  ending.abort();
  process.send?.({ tally, busy }, () => process.disconnect());
});
// Whoever started it is gone.
process.once('disconnect', () => process.exit());

const target = { url, token, count, signal: ending.signal };
await Promise.all(loads.map(([name, load]) => LOADS[name](target, load)));
