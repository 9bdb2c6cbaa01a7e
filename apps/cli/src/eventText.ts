// An event in words.
import { EVENT_TYPES, type PlanEvent } from '@gradus/domain';

const TYPE_WIDTH = Math.max(...EVENT_TYPES.map((type) => type.length));

/** @returns how many events there were between the two of which nothing is left: ids rise by one */
export function missedBetween(lastId: string, event: PlanEvent): number {
  return Number(event.id) - Number(lastId) - 1;
}

export function gapText(events: number): string {
  return `${events} events are no longer kept.`;
}

/** One line: when, what, where, who, why. */
export function eventLine({ at, type, batchIndex, agentId, actor, detail }: PlanEvent): string {
  const where = [
    ...(batchIndex === null ? [] : [`batch ${batchIndex}`]),
    ...(agentId === null ? [] : [agentId]),
  ];
  const who = actor === null ? [] : [`by ${actor}`];
  const why = detail === null ? '' : `: ${detail}`;
  const rest = [...where, ...who].join(' ') + why;
  return `${at}  ${type.padEnd(TYPE_WIDTH)}  ${rest}`.trimEnd();
}
