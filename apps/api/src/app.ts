// The HTTP app: every middleware and every route, built from what it is given.
import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { accessLog } from './accessLog.js';
import { setAnswerHeaders } from './answerHeaders.js';
import { authenticate, createAuth } from './auth.js';
import { BOARD_PATH, createBoard } from './board/board.js';
import { limitBody } from './bodyLimit.js';
import { serveConsole } from './console/console.js';
import { createDdi } from './ddi/ddi.js';
import { DEVICE_PATH } from './ddi/deviceAgent.js';
import { createDocs, DOCS_PATH } from './docs/docs.js';
import type { ApiApp, ApiDeps, ApiEnv } from './env.js';
import { admit } from './load.js';
import { measureRequests } from './measureRequests.js';
import { serveOpenApi } from './openApi.js';
import { patternOf } from './paths.js';
import { notFound, onError } from './problems.js';
import { limitRate } from './rateLimits.js';
import { confirmWrites } from './replicated.js';
import { takeRequestId } from './requestIds.js';
import { assertEveryRouteIsScoped, requestsOf } from './routeRegistry.js';
import { TwoRouters } from './router.js';
import { BASE } from './routes/base.js';
import { cancelPlan } from './routes/cancelPlan.js';
import { CHECK_IN_PATH, checkIn } from './routes/checkIn.js';
import { createPlan } from './routes/createPlan.js';
import { deleteAgent } from './routes/deleteAgent.js';
import { deleteLca } from './routes/deleteLca.js';
import { deletePlan } from './routes/deletePlan.js';
import { deleteRelease } from './routes/deleteRelease.js';
import { downloadArtifact } from './routes/downloadArtifact.js';
import { downloadTaskArtifact } from './routes/downloadTaskArtifact.js';
import { getAgent } from './routes/getAgent.js';
import { getBatch } from './routes/getBatch.js';
import { getLca } from './routes/getLca.js';
import { getPlan } from './routes/getPlan.js';
import { getRelease } from './routes/getRelease.js';
import { health } from './routes/health.js';
import { IMPORT_PATH, importAgents } from './routes/importAgents.js';
import { listAgents } from './routes/listAgents.js';
import { listAgentVersions } from './routes/listAgentVersions.js';
import { listEvents } from './routes/listEvents.js';
import { listPlans } from './routes/listPlans.js';
import { listReleases } from './routes/listReleases.js';
import { listTasks } from './routes/listTasks.js';
import { METRICS_PATH, metrics } from './routes/metrics.js';
import { pauseAllPlans } from './routes/pauseAllPlans.js';
import { pausePlan } from './routes/pausePlan.js';
import { promotePlan } from './routes/promotePlan.js';
import { putAgent } from './routes/putAgent.js';
import { putLca } from './routes/putLca.js';
import { putRelease } from './routes/putRelease.js';
import { resumeAllPlans } from './routes/resumeAllPlans.js';
import { resumePlan } from './routes/resumePlan.js';
import { retryPlan } from './routes/retryPlan.js';
import { rollbackPlan } from './routes/rollbackPlan.js';
import { SESSION_PATH, session } from './routes/session.js';
import { startPlan } from './routes/startPlan.js';
import { UPLOAD_PATH, uploadArtifact } from './routes/uploadArtifact.js';
import { traceRequests } from './traceRequests.js';
import { unless } from './unless.js';
import { refuseFaults } from './validation.js';

const ROUTES = [
  createPlan,
  listPlans,
  getPlan,
  getBatch,
  listTasks,
  listEvents,
  startPlan,
  pausePlan,
  resumePlan,
  promotePlan,
  cancelPlan,
  retryPlan,
  rollbackPlan,
  deletePlan,
  pauseAllPlans,
  resumeAllPlans,
  importAgents,
  listAgents,
  listAgentVersions,
  putAgent,
  getAgent,
  deleteAgent,
  checkIn,
  downloadTaskArtifact,
  putRelease,
  listReleases,
  getRelease,
  deleteRelease,
  uploadArtifact,
  downloadArtifact,
  putLca,
  getLca,
  deleteLca,
  health,
  metrics,
];

const CHECK_IN = new RegExp(`^${patternOf(CHECK_IN_PATH)}/?$`);
const STREAMED = new RegExp(`^(?:${patternOf(IMPORT_PATH)}|${patternOf(UPLOAD_PATH)})/?$`);

/** Whose bodies are taken as they come, of any length. */
const isStreamed = ({ req }: Context) => STREAMED.test(req.path);

const changesNothing = ({ req }: Context) =>
  ['GET', 'HEAD'].includes(req.method) || req.query('dryRun') === 'true';

/** A check-in may change nothing too, and sees to it by itself. */
const seesToWrites = (c: Context) => CHECK_IN.test(c.req.path) || changesNothing(c);

/**
 * @returns the app, to be served by a server of Node.js
 * @throws UnguardedRoute where a route declares no scope
 */
export function createApp(deps: ApiDeps): ApiApp {
  const { logger, bodyLimitBytes, limits, rates, shutdown } = deps;
  const { http } = deps.measured;
  // Each long poll by itself would listen among thousands of others.
  shutdown.addEventListener('abort', deps.store.mailboxes.wakeAll, { once: true });
  const auth = createAuth(deps);
  const requests = new Map<string, NonNullable<RouteConfig['request']>>();
  const app: ApiApp = new OpenAPIHono<ApiEnv>({
    defaultHook: refuseFaults(requests),
    router: new TwoRouters([BOARD_PATH, DEVICE_PATH]),
    // The board links to /queues/ as well as to /queues.
    strict: false,
  });
  app.onError(onError(logger));
  app.notFound(notFound);
  app.use(measureRequests(http), takeRequestId, setAnswerHeaders, accessLog(logger));
  if (deps.isTraced) app.use('/api/*', traceRequests);

  const limit = limitBody(bodyLimitBytes);
  const admitted = admit(http, limits, bodyLimitBytes, isStreamed);
  const perToken = limitRate(
    rates.perToken,
    () => http.refused('token'),
    (c) => c.get('caller').subject,
  );
  // By the token as well: nobody uses up another's share by naming its LCA.
  const perLca = limitRate(
    rates.perLca,
    () => http.refused('lca'),
    (c) => `${c.get('caller').subject} ${c.req.path}`,
  );
  app.use('/api/*', admitted, authenticate(auth), perToken, unless(isStreamed, limit));
  app.use(`${BASE}/lcas/*`, perLca);
  app.use('/api/*', unless(seesToWrites, confirmWrites(deps)));
  app.use(SESSION_PATH, admitted, limit, unless(changesNothing, confirmWrites(deps)));
  app.get(SESSION_PATH, authenticate(auth), perToken);
  app.use(METRICS_PATH, authenticate(auth), perToken);

  for (const register of ROUTES) register(app, deps);
  createDdi(app, deps, admitted, http);
  session(app, auth);
  assertEveryRouteIsScoped(app);
  for (const [route, request] of requestsOf(app)) requests.set(route, request);
  serveOpenApi(app);
  app.route(DOCS_PATH, createDocs());
  app.route(BOARD_PATH, createBoard(deps, auth));
  serveConsole(app);
  return app;
}
