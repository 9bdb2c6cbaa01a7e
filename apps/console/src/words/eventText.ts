// What happened to a plan, in sentences.
import type { PlanEvent } from '@gradus/domain';
import { batchName } from './statusText.js';

/** Gradus itself, as events name it. */
const ITSELF = 'gradus';

type Tone = 'good' | 'bad' | 'warning' | 'plain';

/** @returns the sentence, without its end, and what it is to whoever reads it */
export function eventText({ type, batchIndex, agentId, actor }: PlanEvent): { text: string; tone: Tone } {
  const batch = batchIndex === null ? 'The batch' : batchName(batchIndex);
  const agent = agentId ?? 'An agent';
  const by = actor === null || actor === ITSELF ? '' : ` by ${actor}`;
  switch (type) {
    case 'plan.created':
      return { text: `The plan was made${by}`, tone: 'plain' };
    case 'plan.started':
      return { text: `The plan started${by}`, tone: 'plain' };
    case 'plan.paused':
      return { text: by === '' ? 'The plan paused by itself' : `The plan was paused${by}`, tone: 'warning' };
    case 'plan.resumed':
      return { text: `The plan was resumed${by}`, tone: 'plain' };
    case 'plan.completed':
      return { text: 'The plan completed', tone: 'good' };
    case 'plan.failed':
      return { text: 'The plan failed', tone: 'bad' };
    case 'plan.cancelled':
      return { text: `The plan was cancelled${by}`, tone: 'bad' };
    case 'batch.started':
      return { text: `${batch} began`, tone: 'plain' };
    case 'batch.observing':
      return { text: `${batch} has ended, and is watched`, tone: 'plain' };
    case 'batch.promoted':
      return { text: `${batch} was promoted${by}`, tone: 'good' };
    case 'batch.completed':
      return { text: `${batch} is closed`, tone: 'good' };
    case 'task.dispatched':
      return { text: `${agent} was handed its task`, tone: 'plain' };
    case 'task.running':
      return { text: `${agent} is upgrading`, tone: 'plain' };
    case 'task.completed':
      return { text: `${agent} is upgraded`, tone: 'good' };
    case 'task.failed':
      return { text: `${agent} failed`, tone: 'bad' };
  }
}
