// An LCA that is pushed what is for it, as it is stated and as it is shown.
import {
  CALLBACK_SECRET_RULE,
  CALLBACK_URL_RULE,
  isCallbackSecret,
  isCallbackUrl,
  type Lca,
  type LcaInput,
} from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { shownInstant } from './fields.js';

export const lcaInput = z
  .strictObject({
    callbackUrl: z
      .string()
      .refine(isCallbackUrl, CALLBACK_URL_RULE)
      .openapi({
        description:
          'Where its lifecycle tasks are posted to. `http://`, and addresses inside, only in networks that the ' +
          'operator has named',
      }),
    secrets: z
      .array(z.string().refine(isCallbackSecret, CALLBACK_SECRET_RULE))
      .min(1)
      .max(2)
      .openapi({ description: 'What it is signed with; two while one takes the place of the other' }),
  })
  .openapi('LcaInput', {
    description: 'Where an LCA is pushed what is for it',
  }) satisfies z.ZodType<LcaInput>;

export const lca = z
  .object({
    lcaUuid: z.string().openapi({ description: 'Which LCA' }),
    callbackUrl: z.string().openapi({ description: 'Where its lifecycle tasks are posted to' }),
    registeredAt: shownInstant.openapi({ description: 'When that was stated last' }),
    registeredBy: z.string().openapi({ description: "By whom: a key's name, or the subject of a JWT" }),
    lastPushedAt: shownInstant.nullable().openapi({ description: 'When it took something last' }),
    failures: z.int().openapi({ description: 'How often in a row it has not taken what was pushed' }),
    lastFault: z.string().nullable().openapi({ description: 'Why not, the last time' }),
    retryAt: shownInstant.nullable().openapi({ description: 'Until when nothing is pushed to it' }),
  })
  .openapi('Lca', {
    description: 'An LCA that is pushed what is for it, and how that goes',
  }) satisfies z.ZodType<Lca>;
