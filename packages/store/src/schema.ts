// Which layout of the data this version knows.

/**
 * The layout of a plan's keys. A plan keeps the one that it was made with, and a version works on every layout up
 * to this one, so that plans of two versions go on side by side.
 */
export const PLAN_SCHEMA = 1;

/**
 * The layout of all that plans share: inventory, mailboxes, indexes, queues. Two versions that differ in it cannot
 * work side by side: the older one ends.
 */
export const STORE_SCHEMA = 1;

/**
 * @param schema as a plan's header has it; plans made before there were schemas are of the first
 * @returns whether only a newer version may touch the plan
 */
export function isNewerSchema(schema: string | null | undefined): boolean {
  return Number(schema ?? 1) > PLAN_SCHEMA;
}
