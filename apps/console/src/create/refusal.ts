// Why the api does not take a plan: which field is at fault, and which agents.
import { isProblem } from '@gradus/client';
import { faultText } from '../words/faultText.js';
import { counted } from '../words/numbers.js';

/** Agents that cannot be in the plan, as many as the api names. */
export interface RefusedAgents {
  text: string;
  agentIds: readonly string[];
  /** As in "press-7, on 1.1.0". */
  lines: readonly string[];
}

export interface Refusal {
  /** By the field's name in the API. */
  fields: ReadonlyMap<string, string>;
  agents: RefusedAgents | null;
  /** What belongs to no field. */
  text: string | null;
}

export const NO_REFUSAL: Refusal = { fields: new Map(), agents: null, text: null };

function fieldOf(path: string): string {
  return path.replace(/^body\.?/, '').split(/[.[]/)[0] ?? '';
}

export function refusalOf(error: unknown): Refusal {
  if (isProblem(error, 'validation-failed')) {
    const { errors } = error.problem;
    return {
      ...NO_REFUSAL,
      fields: new Map(errors.toReversed().map(({ path, message }) => [fieldOf(path), message])),
      text: null,
    };
  }
  if (isProblem(error, 'unknown-agents')) {
    const { agentIds, agentCount } = error.problem;
    const text = `${counted(agentCount, 'agent')} are not in the inventory.`;
    return { ...NO_REFUSAL, agents: { text, agentIds, lines: agentIds } };
  }
  if (isProblem(error, 'version-mismatch')) {
    const { agents, agentCount } = error.problem;
    return {
      ...NO_REFUSAL,
      agents: {
        text: `${counted(agentCount, 'agent')} run neither this version nor the target.`,
        agentIds: agents.map(({ agentId }) => agentId),
        lines: agents.map(
          ({ agentId, actualVersion }) => `${agentId}, on ${actualVersion ?? 'an unknown version'}`,
        ),
      },
    };
  }
  if (isProblem(error, 'agents-busy')) {
    const { conflicts, conflictCount } = error.problem;
    return {
      ...NO_REFUSAL,
      agents: {
        text: `${counted(conflictCount, 'agent')} are in a plan that has not ended.`,
        agentIds: conflicts.map(({ agentId }) => agentId),
        lines: conflicts.map(({ agentId, planId }) => `${agentId}, in ${planId}`),
      },
    };
  }
  return { ...NO_REFUSAL, text: faultText(error) };
}
