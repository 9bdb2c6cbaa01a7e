// The id of a plan as it stands in a path.
import type { Context } from 'hono';
import type { ApiEnv } from './env.js';
import { Problem } from './errors.js';

const PLAN_ID = /^(?:plan-)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function noSuchPlan(id: string): Problem {
  return new Problem('not-found', `There is no plan ${id}.`);
}

/**
 * @param given with or without `plan-`
 * @returns the plan's id
 * @throws Problem `not-found` for what cannot be one
 */
export function planIdOf(c: Context<ApiEnv>, given: string): string {
  const uuid = PLAN_ID.exec(given.toLowerCase())?.[1];
  if (uuid === undefined) throw noSuchPlan(given);
  const planId = `plan-${uuid}`;
  c.get('about').planId = planId;
  return planId;
}

/**
 * @returns the index of a batch
 * @throws Problem `not-found` for what cannot be one
 */
export function batchIndexOf(c: Context<ApiEnv>, given: string): number {
  if (!/^\d{1,9}$/.test(given)) throw noSuchBatch(given);
  const batchIndex = Number(given);
  c.get('about').batchIndex = batchIndex;
  return batchIndex;
}

export function noSuchBatch(index: string | number): Problem {
  return new Problem('not-found', `The plan has no batch ${index}.`);
}
