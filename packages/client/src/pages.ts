// Listings, page after page.
import type { Request } from './request.js';
import type { Call, CallOptions } from './send.js';

/**
 * The items of every page of a listing, each page fetched when its first item is asked for.
 *
 * @param query filters; `limit` is the size of a page, `cursor` where to begin
 */
export async function* eachItem<Item>(
  request: Request,
  path: string,
  { cursor: first, ...query }: NonNullable<Call['query']>,
  options: CallOptions,
): AsyncGenerator<Item, void, undefined> {
  let cursor = first ?? null;
  do {
    const page: { items: Item[]; nextCursor: string | null } = await request({
      ...options,
      method: 'GET',
      path,
      query: { ...query, cursor: cursor ?? undefined },
      isRepeatable: true,
    });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
