// Cursors of listings: opaque to clients.
import { InvalidCursor } from './port.js';

/** Which listing a cursor is of: one of another is no cursor. */
type Listing = 'plans' | 'plans-of-agent' | 'tasks' | 'agents' | 'releases';

/** @param position where the next page begins */
export function cursorAt(listing: Listing, position: string): string {
  return Buffer.from(`${listing} ${position}`).toString('base64url');
}

/**
 * @param form what a position of this listing looks like
 * @returns the position, undefined for the first page
 * @throws InvalidCursor
 */
export function positionOf(listing: Listing, cursor: string | undefined, form: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const [of, position = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (of !== listing || !form.test(position)) throw new InvalidCursor();
  return position;
}
