// DDI on the api's address: who asks, what they may load, and the routes.
import type { HttpMetrics } from '@gradus/metrics';
import type { Context, MiddlewareHandler } from 'hono';
import { every } from 'hono/combine';
import { limitBody } from '../bodyLimit.js';
import type { ApiApp, ApiDeps, ApiEnv } from '../env.js';
import { Problem } from '../errors.js';
import { limitRate } from '../rateLimits.js';
import { confirmWrites } from '../replicated.js';
import { unless } from '../unless.js';
import { DEVICE_PATH, lcaOf } from './deviceAgent.js';
import { DeviceTokens } from './deviceTokens.js';
import { ddiRoutes } from './routes.js';

/** What a script printed is in it. */
const MAX_BODY_BYTES = 256 * 1024;
const CHALLENGE = { headers: { 'WWW-Authenticate': 'TargetToken, GatewayToken' } };

function authenticate(tokens: DeviceTokens): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const { tenant = '', controllerId = '' } = c.req.param() as Record<string, string>;
    const token = tokens.find(c.req.header('Authorization'), tenant, controllerId);
    if (token === null) {
      const detail =
        'Send the header Authorization: TargetToken TOKEN, or GatewayToken TOKEN, as it is for this device.';
      throw new Problem('unauthenticated', detail, {}, CHALLENGE);
    }
    const lcaUuid = lcaOf(tenant, controllerId);
    c.set('device', { subject: token.name, tenant, controllerId, lcaUuid });
    Object.assign(c.get('about'), { subject: token.name, agentId: controllerId, lcaUuid });
    await next();
  };
}

/**
 * Registers what devices ask for, where that is set.
 *
 * @param admitted lets in as many requests as the process has room for
 */
export function createDdi(
  app: ApiApp,
  deps: ApiDeps,
  admitted: MiddlewareHandler<ApiEnv>,
  http: HttpMetrics,
): void {
  const { ddi, rates, bodyLimitBytes } = deps;
  if (!ddi) return;
  const subjectOf = (c: Context<ApiEnv>) => c.get('device').subject;
  const before = every(
    admitted,
    authenticate(new DeviceTokens(ddi.tokens)),
    limitRate(rates.perToken, () => http.refused('token'), subjectOf),
    limitRate(
      rates.perLca,
      () => http.refused('lca'),
      (c) => c.get('device').lcaUuid,
    ),
    limitBody(Math.min(MAX_BODY_BYTES, bodyLimitBytes)),
    unless(({ req }) => ['GET', 'HEAD'].includes(req.method), confirmWrites(deps)),
  ) as MiddlewareHandler<ApiEnv>;
  app.use(`${DEVICE_PATH}/*`, before);
  ddiRoutes(app, deps, ddi);
}
