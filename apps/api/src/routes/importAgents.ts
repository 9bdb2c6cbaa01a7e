// ImportAgents: a stream of agents, one a line, of any length.
import { createRoute, z } from '@hono/zod-openapi';
import { importAgents as importFrom, REJECTION_CODES } from '../agentImport.js';
import { scoped } from '../auth.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { IMPORT_ANSWERS, IMPORT_LINES } from '../examples/agents.js';
import { importedAgent } from '../schemas/agent.js';
import { json } from '../schemas/content.js';
import { noQuery } from '../schemas/fields.js';
import { GUARDED_PROBLEMS, problemResponses } from '../schemas/problem.js';
import { BASE } from './base.js';

export const IMPORT_PATH = `${BASE}/agents/import`;
const CONTENT_TYPES = ['application/x-ndjson', 'application/ndjson'];

const importAnswer = z
  .object({
    imported: z.int().openapi({ description: 'How many agents were taken' }),
    rejected: z
      .array(
        z.object({
          line: z.int().openapi({ description: 'Counted from 1' }),
          code: z.enum(REJECTION_CODES),
          message: z.string().openapi({ description: 'What is wrong and what is accepted' }),
        }),
      )
      .openapi({ description: 'The lines that were not taken' }),
  })
  .openapi('ImportAnswer', { description: 'What became of the lines' });

const route = createRoute({
  ...scoped('agents:write'),
  operationId: 'ImportAgents',
  summary: 'Register or change many agents',
  description:
    'Each line is an agent as PutAgent takes it, with its `agentId`. The body is taken as it comes, of any length. Good ' +
    'lines land though others are bad; of two lines for one agent the later one holds.',
  tags: ['Inventory'],
  method: 'post',
  path: IMPORT_PATH,
  request: {
    query: noQuery,
    body: {
      required: true,
      description: 'One agent a line, of at most 64 KiB; blank lines are passed over',
      content: { 'application/x-ndjson': { schema: importedAgent, examples: IMPORT_LINES } },
    },
  },
  responses: {
    200: {
      description: 'Good lines landed though others were bad',
      content: json(importAnswer, IMPORT_ANSWERS),
    },
    ...problemResponses([...GUARDED_PROBLEMS, 'unsupported-media-type', 'newer-version']),
  },
});

export function importAgents(app: ApiApp, { store }: ApiDeps): void {
  app.openapi(route, async (c) => {
    const type = (c.req.header('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase();
    if (type === undefined || !CONTENT_TYPES.includes(type)) {
      throw new Problem('unsupported-media-type', 'Send the agents as application/x-ndjson.');
    }
    const bytes = c.req.raw.body ?? new ReadableStream<Uint8Array>({ start: (empty) => empty.close() });
    const result = await importFrom(store.inventory, c.get('caller'), bytes);
    c.get('about').imported = result.imported;
    c.get('about').rejected = result.rejected.length;
    return c.json(result, 200);
  });
}
