// A fleet of independent LCAs, registered with a Gradus.
import type { Client } from '@gradus/client';
import { createIndependentLcas, type IndependentLcaOptions, type IndependentLcas } from './independentLca.js';

const FROM = { version: '1.2.0', release: '215' };
export const TO = { version: '1.3.0', release: '221' };

/** The part of a plan that names the upgrade. */
export const UPGRADE = {
  name: 'Upgrade agents to v1.3.0',
  fromVersion: FROM.version,
  toVersion: TO.version,
  toRelease: TO.release,
};

/**
 * Registers agents `a000`, `a001`, … and gives them LCAs, which are still to be started.
 *
 * @param agentsPerLca how many agents each LCA owns, in turn
 */
export async function registerFleet(
  client: Client,
  agents: number,
  options: Omit<IndependentLcaOptions, 'lcaUuid' | 'agents'> & { agentsPerLca?: readonly number[] },
): Promise<{ agentIds: string[]; lcas: IndependentLcas }> {
  const { agentsPerLca = [1], ...shared } = options;
  const agentIds = Array.from({ length: agents }, (_, index) => `a${index.toString().padStart(3, '0')}`);
  const owners: {
    lcaUuid: string;
    agents: { agentId: string; componentInstanceUuid: string; version: string; release: string }[];
  }[] = [];
  for (let next = 0; next < agents; ) {
    const size = agentsPerLca[owners.length % agentsPerLca.length] ?? 1;
    const owned = agentIds.slice(next, next + size);
    owners.push({
      lcaUuid: `lca-${owners.length}`,
      agents: owned.map((agentId) => ({ agentId, componentInstanceUuid: `instance-${agentId}`, ...FROM })),
    });
    next += owned.length;
  }
  const lines = owners.flatMap(({ lcaUuid, agents: owned }) =>
    owned.map(({ agentId, componentInstanceUuid }) => ({
      agentId,
      lcaUuid,
      components: [
        {
          componentInstanceUuid,
          componentName: 'zmetis',
          runtimeStatus: 'running',
          actualVersion: FROM.version,
          actualRelease: FROM.release,
        },
      ],
    })),
  );
  await client.importAgents(lines);
  return { agentIds, lcas: createIndependentLcas(shared, owners) };
}
