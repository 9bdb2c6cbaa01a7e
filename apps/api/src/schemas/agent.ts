// An agent of the inventory: as clients state it and as it is shown.

import type { Agent, AgentInput } from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { identifier, shownInstant, text } from './fields.js';

const fact = text(64).nullish();

const componentInput = z.strictObject({
  componentUuid: identifier.optional(),
  componentInstanceUuid: identifier.optional(),
  componentName: text(128).openapi({ example: 'zmetis' }),
  runtimeStatus: fact.openapi({ example: 'running' }),
  actualVersion: fact.openapi({ example: '1.2.0' }),
  actualRelease: fact.openapi({ example: '215' }),
});

/** Instances are told apart by their UUID, which is derived from the component's name where it is left out. */
const components = z
  .array(componentInput)
  .min(1)
  .max(1_000)
  .superRefine((given, ctx) => {
    const seen = new Set<string>();
    given.forEach(({ componentInstanceUuid, componentName }, index) => {
      const instance = JSON.stringify([componentInstanceUuid, componentName]);
      const named = componentInstanceUuid === undefined ? instance : JSON.stringify([componentInstanceUuid]);
      if (seen.has(named)) {
        const message = 'is in the list already: give each instance a componentInstanceUuid of its own';
        ctx.addIssue({ code: 'custom', message, path: [index] });
      }
      seen.add(named);
    });
  });

const agentFields = {
  nodeUuid: identifier.optional(),
  lcaUuid: identifier.optional(),
  components,
  attributes: z
    .record(text(128), z.string().max(1_024))
    .optional()
    .openapi({ example: { site: 'north' } }),
};

export const agentInput = z.strictObject(agentFields).openapi('AgentInput') satisfies z.ZodType<AgentInput>;

/** One line of an import. */
export const importedAgent = z
  .strictObject({ agentId: identifier, ...agentFields })
  .openapi('ImportedAgent') satisfies z.ZodType<AgentInput & { agentId: string }>;

export const agent = z
  .object({
    agentId: z.string().openapi({ example: 'item1' }),
    nodeUuid: z.string(),
    lcaUuid: z.string(),
    components: z.array(
      z.object({
        componentUuid: z.string(),
        componentInstanceUuid: z.string(),
        componentName: z.string().openapi({ example: 'zmetis' }),
        runtimeStatus: z.string().nullable().openapi({ example: 'running' }),
        actualVersion: z.string().nullable().openapi({ example: '1.2.0' }),
        actualRelease: z.string().nullable().openapi({ example: '215' }),
      }),
    ),
    attributes: z.record(z.string(), z.string()),
    registeredAt: shownInstant,
    lastSeenAt: shownInstant.nullable(),
  })
  .openapi('Agent') satisfies z.ZodType<Agent>;
