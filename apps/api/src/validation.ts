// The hook that refuses a request which its route's schemas do not take: with every fault of all its parts.
import type { Fault } from '@gradus/domain';
import { type Hook, type RouteConfig, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { routePath } from 'hono/route';
import type { ApiEnv } from './env.js';
import { Problem } from './errors.js';
import { faultsOf } from './faults.js';

type RouteRequest = NonNullable<RouteConfig['request']>;

/** A query as the schemas take it: a name that is repeated has a list. */
function queryOf(c: Context<ApiEnv>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => {
      const [only] = values;
      return [name, values.length === 1 && only !== undefined ? only : values];
    }),
  );
}

async function bodyFaults(c: Context<ApiEnv>, { body }: RouteRequest): Promise<Fault[]> {
  const json = body?.content['application/json'];
  const schema = json !== undefined && 'schema' in json ? json.schema : undefined;
  if (!(schema instanceof z.ZodType)) return [];
  const contentType = c.req.header('Content-Type');
  // No body at all is taken for an empty object, as the validator itself does.
  if (contentType === undefined) return faultsOf(schema, {}, '');
  if (!contentType.includes('json')) return [];
  try {
    return await faultsOf(schema, await c.req.json(), '');
  } catch (error) {
    // Another part was refused already; that the body is no JSON is one fault more.
    if (error instanceof SyntaxError) return [{ path: 'body', message: 'must be JSON' }];
    throw error;
  }
}

/**
 * @param requests what each route takes, filled once the routes are registered
 * @throws Problem `validation-failed`
 */
export function refuseFaults(
  requests: ReadonlyMap<string, RouteRequest>,
): Hook<unknown, ApiEnv, string, Promise<void>> {
  return async (result, c) => {
    if (result.success) return;
    const request = requests.get(`${c.req.method} ${routePath(c)}`) ?? {};
    const { query, params, headers } = request;
    const errors = [
      ...(params instanceof z.ZodType ? await faultsOf(params, c.req.param(), 'path') : []),
      ...(query instanceof z.ZodType ? await faultsOf(query, queryOf(c), 'query') : []),
      ...(headers instanceof z.ZodType ? await faultsOf(headers, c.req.header(), 'header') : []),
      ...(await bodyFaults(c, request)),
    ];
    const what = errors.length === 1 ? 'One field is' : `${errors.length} fields are`;
    throw new Problem('validation-failed', `${what} missing or wrong.`, { errors });
  };
}
