// Work on many items that does not hold the process up: in between, whatever else waits has its turn.
import { setImmediate as othersTurn } from 'node:timers/promises';

const ITEMS_A_TURN = 500;

/** @returns what `map` makes of each item, in their order */
export async function mapInTurns<Item, Mapped>(
  items: readonly Item[],
  map: (item: Item, index: number) => Mapped,
): Promise<Mapped[]> {
  const mapped: Mapped[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % ITEMS_A_TURN === 0) await othersTurn();
    mapped.push(map(item, index));
  }
  return mapped;
}
