// The deadlines of the attempts under way: all as long, so they pass in the order in which they were set.

export interface Deadlines {
  /** @param at no earlier than any that was set before */
  set(agent: number, at: number): void;
  /** The attempt has ended. */
  drop(agent: number): void;
  next(): number | null;
  /** Takes the next one away. @returns its agent */
  take(): number | undefined;
}

export function createDeadlines(agents: number): Deadlines {
  /** By agent; 0 where none is set. */
  const setAt = new Float64Array(agents);
  const order: { agent: number; at: number }[] = [];
  let head = 0;
  const isGone = ({ agent, at }: { agent: number; at: number }) => setAt[agent] !== at;

  function first(): { agent: number; at: number } | undefined {
    for (;;) {
      const one = order[head];
      if (one === undefined) {
        order.length = 0;
        head = 0;
        return undefined;
      }
      if (!isGone(one)) return one;
      head += 1;
    }
  }

  return {
    set(agent, at) {
      setAt[agent] = at;
      order.push({ agent, at });
    },
    drop(agent) {
      setAt[agent] = 0;
    },
    next: () => first()?.at ?? null,
    take() {
      const one = first();
      if (one === undefined) return undefined;
      setAt[one.agent] = 0;
      head += 1;
      return one.agent;
    },
  };
}
