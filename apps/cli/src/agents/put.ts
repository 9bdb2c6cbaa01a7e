// PutAgent.
import type { AgentInput } from '@gradus/domain';
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import { answer, type Context } from '../context.js';
import { readObject } from '../files.js';
import { withExamples } from '../help.js';
import { agentLines } from './agentText.js';

export function addPut(agents: Command, context: Context): void {
  const command = agents
    .command('put')
    .description('Register an agent, or put what the file says in the place of what is known of it.')
    .argument('<agent>', 'its id')
    .argument('[file]', 'the agent as one JSON object; - for the standard input', '-');
  withExamples(
    command,
    'agents put press-7 press-7.json',
    `agents put press-7 <<< '{"components":[{"componentName":"zmetis","actualVersion":"1.2.0"}]}'`,
  );
  onApi(command, context, async ({ out, client, call }, _, agentId = '', file = '-') => {
    // What an agent may state is the api's to judge.
    const input = (await readObject(context, file)) as unknown as AgentInput;
    const agent = await client.putAgent(agentId, input, call);
    answer(out, agent, () => agentLines(agent));
  });
}
