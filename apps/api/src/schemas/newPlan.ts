// What a client sends to have a plan made.

import type { BatchSize } from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { duration, IDENTIFIER, IDENTIFIER_RULE, instant, integer, text } from './fields.js';
import { gate, onThreshold } from './plan.js';

const MAX_FAULTY_IDS = 100;
const MAX_AGENTS_AT_ONCE = 1_000_000;
const MAX_BATCH_SIZES = 100_000;
const DEFAULT_BATCH_SIZE = 10;

const PERCENT = /^(?:100(?:\.0{1,6})?|\d{1,2}(?:\.\d{1,6})?)%$/;

/** @returns each id once, the first one first; faults are told to `ctx`, but not without end */
function readAgentIds(given: unknown, max: number, ctx: z.RefinementCtx): string[] {
  const items: unknown[] | null =
    typeof given === 'string' ? given.split(',') : Array.isArray(given) ? given : null;
  if (items === null) {
    const missing = given === undefined ? 'is required' : 'is not valid';
    ctx.addIssue({
      code: 'custom',
      message: `${missing}: a list of strings, or one comma-separated string`,
    });
    return [];
  }
  const ids = new Set<string>();
  let faulty = 0;
  items.forEach((item, index) => {
    const id = typeof item === 'string' ? item.trim() : item;
    if (typeof id === 'string' && IDENTIFIER.test(id)) ids.add(id);
    else if (++faulty <= MAX_FAULTY_IDS) {
      ctx.addIssue({ code: 'custom', message: IDENTIFIER_RULE, path: [index] });
    }
  });
  const count = ids.size + faulty;
  if (count < 1 || count > max) {
    ctx.addIssue({ code: 'custom', message: `must name 1 to ${max} agents, not ${count}` });
  }
  return [...ids];
}

function agentIds(max: number) {
  return z
    .unknown()
    .transform((given, ctx) => readAgentIds(given, max, ctx))
    .openapi({
      anyOf: [
        { type: 'array', items: { type: 'string', pattern: IDENTIFIER.source }, minItems: 1, maxItems: max },
        { type: 'string' },
      ],
      description: 'A list, or one comma-separated string; repeats are dropped, the first one wins',
      example: 'item1,item2',
    });
}

const batchSizeItem = z
  .unknown()
  .transform((given, ctx): BatchSize => {
    if (typeof given === 'string' && PERCENT.test(given) && Number.parseFloat(given) > 0) {
      return given as `${string}%`;
    }
    const size = typeof given === 'string' && /^\d{1,7}$/.test(given) ? Number(given) : given;
    if (Number.isInteger(size) && Number(size) >= 1 && Number(size) <= MAX_AGENTS_AT_ONCE) {
      return Number(size);
    }
    const message = `must be an integer from 1 to ${MAX_AGENTS_AT_ONCE}, or a percent such as "5%"`;
    ctx.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .openapi({ anyOf: [{ type: 'integer', minimum: 1 }, { type: 'string' }], example: '5%' });

/** @param maxAgents how many agents a plan may have */
export function newPlanSchema(maxAgents: number) {
  return z
    .strictObject({
      name: text(200).openapi({ description: 'For people', example: 'Upgrade agents to v1.3.0' }),
      fromVersion: text(64).openapi({ description: 'What the agents run', example: '1.2.0' }),
      toVersion: text(64).openapi({ description: 'What they are to run', example: '1.3.0' }),
      toRelease: text(64).openapi({ description: 'The release they are to run', example: '221' }),
      agentIds: agentIds(maxAgents),
      batchSize: integer(1, MAX_AGENTS_AT_ONCE).optional().openapi({
        description: 'Agents of each batch; the last one may be smaller',
        default: DEFAULT_BATCH_SIZE,
        example: 10,
      }),
      failureThreshold: z
        .number()
        .refine((value) => value >= 0 && value <= 1, 'must be a number from 0 to 1')
        .default(0.1)
        .openapi({
          description:
            'The share of a batch that may fail, rounded down to agents; one more pauses the plan at once',
          minimum: 0,
          maximum: 1,
          example: 0.1,
        }),
      concurrency: integer(1, MAX_AGENTS_AT_ONCE).default(5).openapi({
        description: 'How many agents of a batch are upgraded at once, at most',
        default: 5,
        example: 5,
      }),
      createdBy: text(200).optional().openapi({
        description: 'By default who sends the request, whom the events name either way',
        example: 'admin',
      }),
      observeDuration: duration(0, '0s').openapi({
        description:
          'How long a batch is watched once its agents have ended; such as `90s`, `10m`, `1h30m`, `2d` or `PT10M`',
        example: '10m',
      }),
      batchSizes: z
        .array(batchSizeItem)
        .min(1)
        .max(MAX_BATCH_SIZES)
        .optional()
        .openapi({
          description:
            'Sizes of their own, a canary first: counts, or percents of all agents, rounded up. What is left makes a last ' +
            'batch. Not together with batchSize',
        }),
      startAt: instant.optional().openapi({ description: 'The plan starts then; until then it is pending' }),
      autoStart: z.boolean().default(true).openapi({ description: 'false: it waits for StartGraduatedPlan' }),
      gate: gate.default('auto').openapi({ description: 'manual: each batch but the last is promoted' }),
      taskTimeout: duration(1_000, '30m').openapi({
        description: 'From dispatch to outcome, for each attempt; written as `observeDuration` is',
      }),
      maxAttempts: integer(1, 10)
        .default(1)
        .openapi({ description: 'A task fails only after so many', default: 1 }),
      onThreshold: onThreshold.default('pause').openapi({
        description:
          'rollback: the plan fails, and a plan that takes its upgraded agents back starts by itself',
      }),
    })
    .refine(({ batchSize, batchSizes }) => batchSize === undefined || batchSizes === undefined, {
      message: 'must not stand together with batchSize: give one of them',
      path: ['batchSizes'],
      // Also where other fields are wrong: every fault is told at once.
      when: ({ value }) => typeof value === 'object' && value !== null,
    })
    .transform(({ batchSize = DEFAULT_BATCH_SIZE, batchSizes, ...rest }) => ({
      ...rest,
      cut: batchSizes === undefined ? { batchSize } : { batchSizes },
    }))
    .openapi('NewPlan', { description: 'A plan to be made' });
}
