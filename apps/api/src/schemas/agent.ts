// An agent of the inventory: as clients state it and as it is shown.

import type { Agent, AgentInput } from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { identifier, shownInstant, text } from './fields.js';

const fact = text(64).nullish();

const derived = identifier.optional().openapi({ description: 'Derived where it is left out' });

const componentInput = z.strictObject({
  componentUuid: derived,
  componentInstanceUuid: derived,
  componentName: text(128).openapi({ description: 'The name of the component', example: 'zmetis' }),
  runtimeStatus: fact.openapi({
    description: 'How it is; `crashed`, `failed` and `stopped` are bad',
    example: 'running',
  }),
  actualVersion: fact.openapi({ description: 'What it runs', example: '1.2.0' }),
  actualRelease: fact.openapi({ description: 'What it runs', example: '215' }),
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
  nodeUuid: derived,
  lcaUuid: derived.openapi({ description: 'The LCA that owns the agent; derived where it is left out' }),
  components: components.openapi({ description: 'Its component instances' }),
  attributes: z
    .record(text(128), z.string().max(1_024))
    .optional()
    .openapi({ description: 'Whatever is to be known of the agent', example: { site: 'north' } }),
};

export const agentInput = z
  .strictObject(agentFields)
  .openapi('AgentInput', { description: 'What is stated of an agent' }) satisfies z.ZodType<AgentInput>;

/** One line of an import. */
export const importedAgent = z
  .strictObject({ agentId: identifier.openapi({ description: 'Which agent it is' }), ...agentFields })
  .openapi('ImportedAgent', { description: 'One line of an import' }) satisfies z.ZodType<
  AgentInput & { agentId: string }
>;

const shownFact = z.string().nullable().openapi({ description: 'As last reported; null: not known' });

export const agent = z
  .object({
    agentId: z.string().openapi({ description: 'Which agent it is', example: 'item1' }),
    nodeUuid: z.string().openapi({ description: 'The node that hosts its instances' }),
    lcaUuid: z.string().openapi({ description: 'The LCA that owns it' }),
    components: z
      .array(
        z.object({
          componentUuid: z.string(),
          componentInstanceUuid: z.string(),
          componentName: z.string().openapi({ example: 'zmetis' }),
          runtimeStatus: shownFact.openapi({ example: 'running' }),
          actualVersion: shownFact.openapi({ example: '1.2.0' }),
          actualRelease: shownFact.openapi({ example: '215' }),
        }),
      )
      .openapi({ description: 'Its component instances' }),
    attributes: z.record(z.string(), z.string()).openapi({ description: 'As its clients stated them' }),
    registeredAt: shownInstant.openapi({ description: 'When it was first stated' }),
    lastSeenAt: shownInstant.nullable().openapi({ description: 'When it was last reported on' }),
  })
  .openapi('Agent', { description: 'An agent of the inventory' }) satisfies z.ZodType<Agent>;

/** Further versions are told as one number. */
export const MOST_VERSIONS = 1_000;

export const versionCounts = z
  .object({
    agents: z.number().int().openapi({ description: 'How many agents there are' }),
    items: z
      .array(
        z.object({
          componentName: z.string(),
          actualVersion: z.string().nullable().openapi({ description: 'null: not known' }),
          actualRelease: z.string().nullable().openapi({ description: 'null: not known' }),
          instances: z.number().int().openapi({ description: 'How many component instances run it' }),
        }),
      )
      .openapi({ description: `The most common first, at most ${MOST_VERSIONS}` }),
    others: z.number().int().openapi({ description: 'How many instances run versions that are not listed' }),
  })
  .openapi('AgentVersions', { description: 'What the whole fleet runs' });

export type VersionCounts = z.infer<typeof versionCounts>;
