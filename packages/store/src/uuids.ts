// Ids that are drawn.
import { randomUUID } from 'node:crypto';

export function freshPlanId(): string {
  return `plan-${randomUUID()}`;
}

export function freshTaskUuid(): string {
  return `task-${randomUUID()}`;
}

/** @returns so many, each of its own: for scripts, which cannot draw them */
export function freshTaskUuids(count: number): string[] {
  return Array.from({ length: count }, freshTaskUuid);
}
