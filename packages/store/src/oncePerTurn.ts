// What many ask for in the same turn of the event loop is read once.

/**
 * The reading begins after the turn: it is of no earlier time than any of those who asked for it.
 *
 * @param read what is read for a key
 * @returns asks for it
 */
export function oncePerTurn<Answer>(
  read: (key: string) => Promise<Answer>,
): (key: string) => Promise<Answer> {
  let asked = new Map<string, Promise<Answer>>();
  let turn = Promise.resolve();

  function startTurn(): void {
    turn = new Promise((resolve) =>
      setImmediate(() => {
        asked = new Map();
        resolve();
      }),
    );
  }

  return (key) => {
    const same = asked.get(key);
    if (same !== undefined) return same;
    if (asked.size === 0) startTurn();
    const answer = turn.then(() => read(key));
    asked.set(key, answer);
    return answer;
  };
}
