// `gradus agent`: the LCA of one agent on the machine that it upgrades.
import type { Command } from 'commander';
import { withConnectionOptions, withOutputOptions } from '../apiCommand.js';
import type { ConnectionFlags } from '../connection.js';
import type { Context } from '../context.js';
import { withExamples } from '../help.js';
import { type AgentFlags, readAgentSettings, withAgentOptions } from './settings.js';

export function addAgent(program: Command, context: Context): void {
  const command = program
    .command('agent')
    .description(
      'Be the agent of this machine: take lifecycle tasks and carry them out by a command of yours.',
    );
  withExamples(
    withAgentOptions(withConnectionOptions(command)),
    'agent --component zmetis --exec ./upgrade.sh --version-exec "zmetis --version" --state /var/lib/gradus',
    'agent --component zmetis --exec ./upgrade.sh --version-exec ./version.sh --health-exec ./health.sh \\\n' +
      '      --token-file /etc/gradus/token --agent-id press-7 --register --state /var/lib/gradus',
  );
  withOutputOptions(command).action(async () => {
    const flags = command.opts<AgentFlags & ConnectionFlags>();
    const settings = readAgentSettings(flags, context.env);
    // Loaded where it is run: every other command does without it.
    const { runAgent } = await import('./runAgent.js');
    await runAgent(settings, flags, context);
  });
}
