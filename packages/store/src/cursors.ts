// Cursors of listings: opaque to clients.
import { InvalidCursor } from './port.js';

/** @param position where the next page begins */
export function cursorAt(position: string): string {
  return Buffer.from(position).toString('base64url');
}

/**
 * @param form what a position of this listing looks like
 * @returns the position, undefined for the first page
 * @throws InvalidCursor
 */
export function positionOf(cursor: string | undefined, form: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const position = Buffer.from(cursor, 'base64url').toString();
  if (!form.test(position)) throw new InvalidCursor();
  return position;
}
