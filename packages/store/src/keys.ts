// Every key of the store. What a script touches together shares a hash tag.
import calculateSlot from 'cluster-key-slot';

/** The inventory is spread over this many hash tags. */
export const AGENT_BUCKETS = 256;

/** In the order in which the plan's scripts take them. */
const PLAN_PARTS = [
  'plan',
  'batches',
  'batch',
  'agents',
  'state',
  'open',
  'outbox',
  'deadlines',
  'returned',
  'withdrawals',
  'heard',
  'failed',
  'unanswered',
  'events',
  'task-events',
] as const;

/** In the order in which the mailbox' scripts take them. */
const MAILBOX_PARTS = [
  'tasks',
  'due',
  'handed-out',
  'running',
  'cancelled',
  'cancel-due',
  'device',
  'registration',
] as const;

export type Keys = ReturnType<typeof createKeys>;

/** @param namespace goes before every key */
export function createKeys(namespace: string) {
  const plan = (planId: string, part: (typeof PLAN_PARTS)[number]) => `${namespace}:{${planId}}:${part}`;
  const mailboxPart = (lcaUuid: string, part: (typeof MAILBOX_PARTS)[number]) =>
    `${namespace}:{lca:${lcaUuid}}:${part}`;
  const bucketOf = (agentId: string) => calculateSlot(agentId) % AGENT_BUCKETS;
  return {
    plan,
    planAll: (planId: string) => PLAN_PARTS.map((part) => plan(planId, part)),
    mailbox: (lcaUuid: string) => MAILBOX_PARTS.map((part) => mailboxPart(lcaUuid, part)),
    mailboxPart,
    /** Where the LCA is pushed what is for it; with its mailbox, which asks whether it is. */
    registration: (lcaUuid: string) => mailboxPart(lcaUuid, 'registration'),
    device: (lcaUuid: string) => mailboxPart(lcaUuid, 'device'),
    /** Channel on which an LCA's mailbox says that something has come. */
    wakeUps: (lcaUuid: string) => `${namespace}:{lca:${lcaUuid}}:wake-ups`,
    bucketOf,
    records: (bucket: number) => `${namespace}:{agents:${bucket}}:records`,
    histories: (bucket: number) => `${namespace}:{agents:${bucket}}:histories`,
    /** How many instances run which version, while somebody looks at it. */
    versions: (bucket: number) => `${namespace}:{agents:${bucket}}:versions`,
    /** All agents, sorted by id. */
    agentIndex: `${namespace}:{index}:agents`,
    /** LCAs that are pushed what is for them, sorted. */
    lcaIndex: `${namespace}:{index}:lcas`,
    /** All plans, sorted by creation. */
    planIndex: `${namespace}:{index}:plans`,
    /** Plans that are not retired yet. */
    activePlans: `${namespace}:{index}:active-plans`,
    /** Retired plans, by the instant at which they ended. */
    endedPlans: `${namespace}:{index}:ended-plans`,
    /** How all plans stood at the last look. */
    overview: `${namespace}:{index}:overview`,
    /** The newest schema that all plans share. */
    schema: `${namespace}:{index}:schema`,
    /** All releases: their records, who uses them, and all sorted. */
    releases: [
      `${namespace}:{releases}:records`,
      `${namespace}:{releases}:users`,
      `${namespace}:{releases}:index`,
    ] as const,
    idempotency: (digest: string) => `${namespace}:{idempotency:${digest}}`,
    session: (digest: string) => `${namespace}:{session:${digest}}`,
  };
}

/** @returns the plan's entry in the index of all plans, which sorts by creation */
export function planIndexEntry(createdAt: number, planId: string): string {
  return `${createdAt.toString().padStart(15, '0')}:${planId}`;
}
