// The load in processes of its own: in one with the plan's LCAs it would hold these up, and not the api.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { BASE } from '../support/http.js';

/** Kind of load → status, or what became of the connection → how often. */
export type Tally = Record<string, Record<string, number>>;

export interface Outcome {
  tally: Tally;
  /** Share of its time that the process had something to do: near 1 it could not send what it should. */
  busy: number;
}

/** What one process sends: functions of `loads.mjs`, and what they take. */
export type Loads = readonly (readonly [load: string, given: object])[];

/** @returns what ends it and tells what came of it */
export function startLoad(url: string, token: string, loads: Loads): () => Promise<Outcome> {
  const told = JSON.stringify({ url: url + BASE, token, loads });
  const child = fork(new URL('./loadProcess.mjs', import.meta.url), [told], { execArgv: [] });
  const exited = once(child, 'exit');
  return async () => {
    const answered = once(child, 'message');
    child.send('stop');
    const [outcome] = (await Promise.race([answered, exited.then(() => [])])) as [Outcome?];
    if (outcome === undefined) throw new TypeError('a process of the load ended by itself');
    await exited;
    return outcome;
  };
}
