// Why an operation on one agent is refused.
import { Problem } from './errors.js';

export function agentBusy(agentId: string, planId: string): Problem {
  return new Problem('agents-busy', `${agentId} is in ${planId}, which has not ended.`, {
    conflicts: [{ agentId, planId }],
    conflictCount: 1,
  });
}

export function noSuchAgent(agentId: string): Problem {
  return new Problem('not-found', `There is no agent ${agentId}.`);
}
