// Pages of listings.

/** One page of a listing; the cursor is opaque, null at the end. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A cursor that no listing of ours gave. */
export class InvalidCursor extends Error {
  readonly code = 'invalid-cursor';
  constructor() {
    super('the cursor is not one that this listing gave');
    this.name = 'InvalidCursor';
  }
}
