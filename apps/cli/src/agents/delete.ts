// DeleteAgent.
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { withExamples } from '../help.js';

export function addDelete(agents: Command, context: Context): void {
  const command = agents
    .command('delete')
    .description('Delete an agent that is in no plan under way.')
    .argument('<agent>', 'its id');
  withExamples(command, 'agents delete press-7');
  onApi(command, context, async ({ out, client, call }, _, agentId = '') => {
    await client.deleteAgent(agentId, call);
    answer(out, { deleted: agentId }, () => [`${agentId}  deleted`]);
  });
}
