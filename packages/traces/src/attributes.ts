// By which names a span says what it is about.

export interface About {
  planId?: string | undefined;
  batchIndex?: number | undefined;
  agentId?: string | undefined;
  lifecycleTaskUuid?: string | undefined;
  lcaUuid?: string | undefined;
  requestId?: string | undefined;
}

const NAMES = {
  planId: 'gradus.plan.id',
  batchIndex: 'gradus.batch.index',
  agentId: 'gradus.agent.id',
  lifecycleTaskUuid: 'gradus.task.uuid',
  lcaUuid: 'gradus.lca.uuid',
  requestId: 'gradus.request.id',
} as const satisfies Record<keyof About, string>;

/** @returns the span's attributes; what is not known is left out */
export function attributesOf(about: About): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(NAMES).flatMap(([field, name]) => {
      const value = about[field as keyof About];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
