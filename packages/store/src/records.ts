// An agent's record in the inventory.
import { createHash } from 'node:crypto';
import type { Agent, AgentInput, ComponentInstance } from '@gradus/domain';
import { instant } from './stored.js';

/** When each fact was stated or taken, in milliseconds since 1970. */
export interface FactInstants {
  runtimeStatusAt?: number;
  actualVersionAt?: number;
  actualReleaseAt?: number;
}

/** As it lies in Redis: instants in milliseconds, and those of each instance's facts. */
export interface AgentRecord extends Omit<Agent, 'registeredAt' | 'lastSeenAt' | 'components'> {
  components: (ComponentInstance & FactInstants)[];
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
    components: record.components.map(
      ({ runtimeStatusAt: _, actualVersionAt: __, actualReleaseAt: ___, ...instance }) => instance,
    ),
    attributes: record.attributes,
    registeredAt: instant(record.registeredAt) ?? '',
    lastSeenAt: instant(record.lastSeenAt),
  };
}

/** @returns 32 hexadecimal digits that are the same for the same parts every time */
function derivedUuid(...parts: string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

type Fact = 'runtimeStatus' | 'actualVersion' | 'actualRelease';

/** @returns the fact, and since when it is known: what a client leaves out or only repeats stays as it was */
function stated(
  fact: Fact,
  component: AgentInput['components'][number],
  known: AgentRecord['components'][number] | undefined,
  now: number,
): [string | null, number] {
  const before = known?.[fact] ?? null;
  const value = component[fact] ?? before;
  return [value, value === before ? (known?.[`${fact}At`] ?? 0) : now];
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
    const [runtimeStatus, runtimeStatusAt] = stated('runtimeStatus', component, known, now);
    const [actualVersion, actualVersionAt] = stated('actualVersion', component, known, now);
    const [actualRelease, actualReleaseAt] = stated('actualRelease', component, known, now);
    return {
      componentUuid:
        component.componentUuid ?? known?.componentUuid ?? derivedUuid('component', componentName),
      componentInstanceUuid:
        component.componentInstanceUuid ??
        known?.componentInstanceUuid ??
        derivedUuid('instance', agentId, componentName),
      componentName,
      runtimeStatus,
      actualVersion,
      actualRelease,
      runtimeStatusAt,
      actualVersionAt,
      actualReleaseAt,
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
  const bare = ({ nodeUuid, lcaUuid, components }: AgentRecord) => [
    nodeUuid,
    lcaUuid,
    // Field by field: the scripts write them in an order of their own.
    ...components.map((instance) => [
      instance.componentUuid,
      instance.componentInstanceUuid,
      instance.componentName,
      instance.runtimeStatus,
      instance.actualVersion,
      instance.actualRelease,
    ]),
  ];
  return JSON.stringify(bare(a)) === JSON.stringify(bare(b));
}
