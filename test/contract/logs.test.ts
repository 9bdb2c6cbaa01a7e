// What the processes log over a run: what each line is about, and never a token.
import { type Client, createClient } from '@gradus/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { makeApiKey } from '../support/apiKeys.js';
import { signIn } from '../support/browserSession.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { createHandLca, ON_TARGET, reportOn } from '../support/handLca.js';
import { BASE, createAsk } from '../support/http.js';
import { type Issuer, secondsFromNow, startIssuer } from '../support/issuer.js';
import type { LogEntry } from '../support/processes.js';
import { waitFor } from '../support/waitFor.js';

const reader = makeApiKey('reader', ['plans:read']);

let issuer: Issuer;
let gradus: Gradus;
let client: Client;

beforeAll(async () => {
  issuer = await startIssuer();
  gradus = await startGradus({ env: { LOG_LEVEL: 'trace', ...issuer.env }, keys: [reader.key] });
  client = createClient({ baseUrl: gradus.url, token: gradus.token });
});
afterAll(async () => {
  await gradus.stop();
  await issuer.stop();
});

const untilLogged = (log: readonly LogEntry[], what: string, fields: Record<string, unknown>) =>
  waitFor(() => log.find((entry) => Object.entries(fields).every(([name, value]) => entry[name] === value)), {
    what: `${what} with ${JSON.stringify(fields)}`,
  });

it('names the request, the plan, the agent and the task, and no token at any level', async () => {
  const ask = createAsk(gradus);
  const [agentId = ''] = await registerAgents(client, 'logged', 1);
  const created = await ask('POST', `${BASE}/upgrade-plans`, {
    json: { ...UPGRADE, agentIds: [agentId] },
    headers: { 'x-request-id': 'create-1' },
  });
  const { id: planId } = created.json as { id: string };
  const lca = createHandLca(client, 'lca-logged');
  const task = await lca.takeTask();
  const { lifecycleTaskUuid } = task;
  await ask('POST', `${BASE}/lcas/lca-logged/check-in`, {
    json: { reports: [reportOn(task, 'completed', ON_TARGET)] },
    headers: { 'x-request-id': 'report-1' },
  });
  const wrong = 'a-token-of-nobody';
  await ask('GET', `${BASE}/upgrade-plans/${planId}/batches/0`, { headers: { 'x-request-id': 'read-1' } });
  await ask('GET', `${BASE}/agents`, { authorization: `Bearer ${reader.token}` });
  await ask('GET', `${BASE}/agents`, {
    authorization: `Bearer ${wrong}`,
    headers: { 'x-request-id': 'refused-1' },
  });
  const jwts = [await issuer.token({ sub: 'ada' }), await issuer.token({ exp: secondsFromNow(-600) })];
  for (const [index, jwt] of jwts.entries()) {
    await ask('GET', `${BASE}/agents`, {
      authorization: `Bearer ${jwt}`,
      headers: { 'x-request-id': `jwt-${index}` },
    });
  }
  const cookie = await signIn(gradus, jwts[0] ?? '');
  await ask('GET', '/session', {
    authorization: null,
    headers: { cookie, 'x-request-id': 'session-1' },
  });
  await ask('POST', '/queues/sign-in', {
    authorization: null,
    body: new URLSearchParams({ token: wrong }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: gradus.url },
  });

  const api = gradus.api.log;
  const worker = gradus.workers[0]?.log ?? [];
  await untilLogged(api, 'the creation', { requestId: 'create-1', planId, status: 200, method: 'POST' });
  await untilLogged(api, 'the report', { requestId: 'report-1', lcaUuid: 'lca-logged', status: 200 });
  await untilLogged(api, 'the reading', { requestId: 'read-1', planId, batchIndex: 0, status: 200 });
  await untilLogged(api, 'the refusal', { requestId: 'refused-1', status: 401 });
  await untilLogged(api, 'the JWT', { requestId: 'jwt-0', subject: 'ada', status: 200 });
  await untilLogged(api, 'the refusal', { requestId: 'jwt-1', refusal: 'The token has expired.' });
  await untilLogged(api, 'the session', { path: '/session', subject: 'ada', status: 204 });
  await untilLogged(api, 'its reading', { requestId: 'session-1', subject: 'ada', status: 200 });
  await untilLogged(api, 'the sign-in', {
    ...{ path: '/queues/sign-in', status: 401, code: 'unauthenticated' },
    refusal: 'The token is not valid.',
  });
  const about = { planId, batchIndex: 0, agentId, lifecycleTaskUuid, lcaUuid: 'lca-logged' };
  await untilLogged(worker, 'the dispatch', about);
  await untilLogged(worker, 'the report', { ...about, requestId: 'report-1', status: 'completed' });

  for (const log of [api, worker]) {
    const text = JSON.stringify(log);
    const signatures = jwts.map((jwt) => jwt.split('.')[2] ?? '');
    const session = cookie.split('=')[1] ?? '';
    for (const token of [gradus.token, reader.token, wrong, session, ...signatures])
      expect(text).not.toContain(token);
  }
});
