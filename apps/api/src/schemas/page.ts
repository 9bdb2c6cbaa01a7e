// One page of a listing.
import { z } from '@hono/zod-openapi';

/** @returns the schema of a page of these items */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().openapi({ description: 'null on the last page' }),
  });
}
