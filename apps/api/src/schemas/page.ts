// One page of a listing.
import { z } from '@hono/zod-openapi';
import type { Examples } from './content.js';

/** @returns the schema of a page of these items */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().openapi({ description: 'null on the last page' }),
  });
}

/** @returns an example of a page with these items */
export function pagesOf<Item>(items: Item[]): Examples<{ items: Item[]; nextCursor: string | null }> {
  return { page: { summary: 'The last page', value: { items, nextCursor: null } } };
}
