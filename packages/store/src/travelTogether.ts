// Calls of a script that are made at the same moment go to Redis as one: most of what a call costs is the way there.
import calculateSlot from 'cluster-key-slot';
import { throwNewerPlan, unlessAway } from './storeFaults.js';

/** Of their inputs together: what is much takes long. */
const CHARACTERS_AT_ONCE = 100_000;

type Send<Name> = (name: Name, keys: readonly string[], args: readonly string[]) => Promise<unknown[]>;

interface Call {
  keys: readonly string[];
  input: string;
  resolve(answer: unknown): void;
  reject(reason: unknown): void;
}

/** @returns the calls in order, in parts that may go together; one that is too large by itself goes alone */
function parts(calls: readonly Call[], most: number): Call[][] {
  const all: Call[][] = [];
  let part: Call[] = [];
  let characters = 0;
  for (const call of calls) {
    characters += call.input.length;
    if (part.length === most || (part.length > 0 && characters > CHARACTERS_AT_ONCE)) {
      all.push(part);
      part = [];
      characters = call.input.length;
    }
    part.push(call);
  }
  return [...all, part];
}

/**
 * @param atOnce script → how many calls may be one; a script that is not named goes alone, and at once
 * @param isInSlots what is in different slots goes apart there
 * @param sendScript answers what the script's steps do
 * @returns has the script called with the JSON of its input, and resolves with what it answered to this call
 */
export function travelTogether<Name extends string>(
  atOnce: Partial<Record<Name, number>>,
  isInSlots: boolean,
  sendScript: Send<Name>,
) {
  let waiting = new Map<string, { name: Name; calls: Call[] }>();

  async function send(name: Name, calls: readonly Call[]): Promise<void> {
    const before = new Map<string, number>();
    const keys: string[] = [];
    for (const call of calls) {
      const [first = ''] = call.keys;
      if (before.has(first)) continue;
      before.set(first, keys.length);
      keys.push(...call.keys);
    }
    const inputs = `[${calls.map(({ input }) => input).join(',')}]`;
    const places = JSON.stringify(calls.map((call) => before.get(call.keys[0] ?? '')));
    try {
      const answers = await sendScript(name, keys, [inputs, places]);
      for (const [index, call] of calls.entries()) {
        const answer = answers[index];
        call.resolve(answer instanceof Error ? refuse(answer) : answer);
      }
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
  }

  /** What a step threw, as if it had been called alone. */
  const refuse = (error: Error) => unlessAway(Promise.reject(error)).catch(throwNewerPlan);

  function sendWaiting(): void {
    const groups = waiting.values();
    waiting = new Map();
    for (const { name, calls } of groups) {
      for (const part of parts(calls, atOnce[name] ?? 1)) void send(name, part);
    }
  }

  return (name: Name, keys: readonly string[], input: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const call: Call = { keys, input, resolve, reject };
      if (atOnce[name] === undefined) {
        void send(name, [call]);
        return;
      }
      // What came in with the same reading of the sockets is asked for by then.
      if (waiting.size === 0) setImmediate(sendWaiting);
      const group = isInSlots ? `${name} ${calculateSlot(keys[0] ?? '')}` : name;
      const others = waiting.get(group);
      if (others === undefined) waiting.set(group, { name, calls: [call] });
      else others.calls.push(call);
    });
}
