// Agents of the inventory, all of one LCA and on the version that the plans start from.
import type { AgentLine, Client } from '@gradus/client';
import { expect } from 'vitest';

/** The agents' facts where a test says nothing else. */
export const ON_FROM = { runtimeStatus: 'running', actualVersion: '1.2.0', actualRelease: '215' };

/** @returns `prefix-0`, `prefix-1`, … */
export function agentNames(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

/**
 * Registers agents of one component each, whose LCA is `lca-<prefix>`.
 *
 * @param facts of every agent, where they are others
 * @returns their ids: `prefix-0`, `prefix-1`, …
 */
export async function registerAgents(
  client: Client,
  prefix: string,
  count: number,
  facts: Partial<typeof ON_FROM> = {},
): Promise<string[]> {
  const agentIds = agentNames(prefix, count);
  const lines = agentIds.map(
    (agentId): AgentLine => ({
      agentId,
      lcaUuid: `lca-${prefix}`,
      components: [{ componentName: 'zmetis', ...ON_FROM, ...facts }],
    }),
  );
  expect(await client.importAgents(lines)).toEqual({ imported: count, rejected: [] });
  return agentIds;
}
