// GetAgent.
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { withExamples } from '../help.js';
import { agentLines } from './agentText.js';

export function addGet(agents: Command, context: Context): void {
  const command = agents.command('get').description('Show an agent.').argument('<agent>', 'its id');
  withExamples(command, 'agents get item1');
  onApi(command, context, async ({ out, client, call }, _, agentId = '') => {
    const agent = await client.getAgent(agentId, call);
    answer(out, agent, () => agentLines(agent));
  });
}
