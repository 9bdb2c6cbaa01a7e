// An agent's record in the inventory.
import { createHash } from 'node:crypto';
import type { Agent, AgentInput, ComponentInstance } from '@gradus/domain';
import { instant } from './stored.js';

/** As it lies in Redis: instants in milliseconds, and since when each instance's facts are known. */
export interface AgentRecord extends Omit<Agent, 'registeredAt' | 'lastSeenAt' | 'components'> {
  components: (ComponentInstance & { factsAt: number })[];
  registeredAt: number;
  lastSeenAt: number | null;
}

export function parseRecord(text: string): AgentRecord {
  return JSON.parse(text) as AgentRecord;
}

/** @returns the agent as it is shown */
export function shownAgent(record: AgentRecord): Agent {
  return {
    agentId: record.agentId,
    nodeUuid: record.nodeUuid,
    lcaUuid: record.lcaUuid,
    components: record.components.map(({ factsAt: _, ...instance }) => instance),
    attributes: record.attributes,
    registeredAt: instant(record.registeredAt) ?? '',
    lastSeenAt: instant(record.lastSeenAt),
  };
}

/** @returns 32 hexadecimal digits that are the same for the same parts every time */
function derivedUuid(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

/**
 * The record that a client's statement makes. What it leaves out stays as it was, or is derived.
 *
 * @param before the record so far, null for a new agent
 * @param now milliseconds since 1970: what is stated is known from now on
 */
export function recordOf(
  agentId: string,
  input: AgentInput,
  before: AgentRecord | null,
  now: number,
): AgentRecord {
  const components = input.components.map((component) => {
    const { componentName } = component;
    const known = before?.components.find(
      (instance) =>
        instance.componentInstanceUuid === component.componentInstanceUuid ||
        (component.componentInstanceUuid === undefined && instance.componentName === componentName),
    );
    const facts = {
      runtimeStatus: component.runtimeStatus ?? known?.runtimeStatus ?? null,
      actualVersion: component.actualVersion ?? known?.actualVersion ?? null,
      actualRelease: component.actualRelease ?? known?.actualRelease ?? null,
    };
    const unchanged =
      known !== undefined &&
      known.runtimeStatus === facts.runtimeStatus &&
      known.actualVersion === facts.actualVersion &&
      known.actualRelease === facts.actualRelease;
    return {
      componentUuid:
        component.componentUuid ?? known?.componentUuid ?? derivedUuid('component', componentName),
      componentInstanceUuid:
        component.componentInstanceUuid ??
        known?.componentInstanceUuid ??
        derivedUuid('instance', agentId, componentName),
      componentName,
      ...facts,
      factsAt: unchanged ? known.factsAt : now,
    };
  });
  return {
    agentId,
    nodeUuid: input.nodeUuid ?? before?.nodeUuid ?? derivedUuid('node', agentId),
    lcaUuid: input.lcaUuid ?? before?.lcaUuid ?? derivedUuid('lca', agentId),
    components,
    attributes: input.attributes ?? before?.attributes ?? {},
    registeredAt: before?.registeredAt ?? now,
    lastSeenAt: before?.lastSeenAt ?? null,
  };
}

/** @returns whether nothing but the attributes differs */
export function sameButAttributes(a: AgentRecord, b: AgentRecord): boolean {
  const bare = (record: AgentRecord) => JSON.stringify(shownAgent({ ...record, attributes: {} }));
  return bare(a) === bare(b);
}
