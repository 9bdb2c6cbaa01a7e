// What the listings have in common: how many items are shown, and saying so where there are more.
import type { Command } from 'commander';
import { positiveNumber } from './flags.js';
import type { Output } from './output.js';

const SHOWN = 50;
const LARGEST_PAGE = 1_000;

export interface ListFlags {
  limit?: number;
  all?: boolean;
}

export function withListOptions(command: Command): Command {
  return command
    .option('--limit <n>', `at most so many (default: ${SHOWN})`, positiveNumber)
    .option('--all', 'every one');
}

/**
 * @param items asked with the size of a page
 * @param lines the found items in words
 */
export async function list<Item>(
  out: Output,
  { limit = SHOWN, all = false }: ListFlags,
  items: (pageSize: number) => AsyncIterable<Item>,
  lines: (found: readonly Item[]) => string[],
): Promise<void> {
  const most = all ? Number.POSITIVE_INFINITY : limit;
  const found: Item[] = [];
  let shown = 0;
  let isCut = false;
  for await (const item of items(Math.min(LARGEST_PAGE, most + 1))) {
    isCut = shown === most;
    if (isCut) break;
    shown += 1;
    if (out.isJson) out.json(item);
    else found.push(item);
  }
  if (!out.isJson) out.lines(...lines(found));
  if (isCut) out.notes(`There are more than these ${shown}: see them with --all, or a larger --limit.`);
}
