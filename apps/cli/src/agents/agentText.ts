// An agent in words.
import type { Agent } from '@gradus/domain';
import { factLines } from '../planText.js';
import { table } from '../table.js';

export function agentLines(agent: Agent): string[] {
  const { agentId, nodeUuid, lcaUuid, attributes, registeredAt, lastSeenAt, components } = agent;
  return [
    ...factLines([
      ['id', agentId],
      ['node', nodeUuid],
      ['lca', lcaUuid],
      ...Object.entries(attributes).map(([name, value]): [string, string] => [`attribute ${name}`, value]),
      ['registered', registeredAt],
      ['last seen', lastSeenAt ?? 'never'],
    ]),
    '',
    ...table(
      ['component', 'instance', 'state', 'runs', 'release'],
      components.map((one) => [
        one.componentName,
        one.componentInstanceUuid,
        one.runtimeStatus ?? '',
        one.actualVersion ?? '',
        one.actualRelease ?? '',
      ]),
    ),
  ];
}
