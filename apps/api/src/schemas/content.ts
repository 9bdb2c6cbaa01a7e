// Bodies as an operation's definition has them: a schema with examples of what it takes.
import type { z } from '@hono/zod-openapi';

/** By name; each says in a line what it shows. */
export type Examples<Body> = Record<string, { summary: string; value: Body }>;

/** @returns the content of a JSON body */
export function json<Schema extends z.ZodType>(schema: Schema, examples: Examples<z.input<Schema>>) {
  return { 'application/json': { schema, examples } };
}
