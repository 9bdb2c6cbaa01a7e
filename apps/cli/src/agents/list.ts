// ListAgents.
import type { Command } from 'commander';
import { onApi } from '../apiCommand.js';
import type { Context } from '../context.js';
import { withExamples } from '../help.js';
import { type ListFlags, list, withListOptions } from '../listing.js';
import { table } from '../table.js';

interface Flags extends ListFlags {
  lcaUuid?: string;
  version?: string;
}

export function addList(agents: Command, context: Context): void {
  const command = agents
    .command('list')
    .description('List agents, by id.')
    .option('--lca-uuid <uuid>', 'only those of this LCA')
    .option('--version <version>', 'only those with an instance that runs this version');
  withExamples(withListOptions(command), 'agents list --version 1.2.0', 'agents list --all --json');
  onApi<Flags>(command, context, async ({ out, client, call }, flags) => {
    const { lcaUuid, version } = flags;
    await list(
      out,
      flags,
      (limit) => client.listAgents({ lcaUuid, version, limit }, call),
      (found) =>
        table(
          ['agent', 'lca', 'runs', 'last seen'],
          found.map(({ agentId, lcaUuid: owner, components, lastSeenAt }) => [
            agentId,
            owner,
            components.map((one) => `${one.componentName} ${one.actualVersion ?? '?'}`).join(', '),
            lastSeenAt ?? 'never',
          ]),
        ),
    );
  });
}
