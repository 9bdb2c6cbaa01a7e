// CheckIn: what an LCA calls. Its reports are enqueued, its lifecycle tasks and cancellations handed out.

import type { AgentReport } from '@gradus/domain';
import type { Inventory } from '@gradus/store';
import { linkSpan } from '@gradus/traces';
import { createRoute, z } from '@hono/zod-openapi';
import { scoped } from '../auth.js';
import { lcaOfCaller } from '../boundCaller.js';
import type { ApiApp, ApiDeps } from '../env.js';
import { Problem } from '../errors.js';
import { CHECK_IN_ANSWERS, CHECK_INS } from '../examples/checkIns.js';
import { takeWork } from '../longPoll.js';
import { publicUrlOf } from '../publicUrl.js';
import { checkInAnswer, checkIn as checkInBody } from '../schemas/checkIn.js';
import { json } from '../schemas/content.js';
import { identifier, queryInteger } from '../schemas/fields.js';
import { BODY_PROBLEMS, problems } from '../schemas/problem.js';
import { takeReports } from '../takeReports.js';
import { BASE } from './base.js';

const MAX_WAIT_S = 60;

/** As the router has it. */
export const CHECK_IN_PATH = `${BASE}/lcas/:lcaUuid/check-in`;

const route = createRoute({
  ...scoped('agents:check-in'),
  operationId: 'CheckIn',
  summary: 'Report, and be told what to do',
  description:
    'Called again and again by an LCA, for one agent or for thousands; several at once are fine. 200 means that the ' +
    'reports are durable. They may be sent twice and in any order. A task is completed only when its LCA says so and the ' +
    'instance reports the target version and release. Tasks are delivered at least once: a `lifecycleTaskUuid` that is ' +
    'known already is answered with its last status, not run again. What stands in `cancel` is dropped, and reported ' +
    'with how it ended. Where one agent belongs to another LCA, none of the reports is taken (403).',
  tags: ['LCAs'],
  method: 'post',
  path: `${BASE}/lcas/{lcaUuid}/check-in`,
  request: {
    params: z.object({ lcaUuid: identifier.openapi({ description: 'Which LCA', example: 'lca-hall-2' }) }),
    query: z.strictObject({
      wait: queryInteger(0, MAX_WAIT_S, 0).openapi({
        description: 'Seconds for which the answer may wait until there is something to do',
      }),
    }),
    body: { content: json(checkInBody, CHECK_INS) },
  },
  responses: {
    200: {
      description: 'The reports are durable',
      content: json(checkInAnswer, CHECK_IN_ANSWERS),
    },
    ...problems(...BODY_PROBLEMS),
  },
});

/** @throws Problem `forbidden` where one of the agents belongs to another LCA */
async function assertOwned(inventory: Inventory, lcaUuid: string, reports: AgentReport[]): Promise<void> {
  const owners = await inventory.lcasOf([...new Set(reports.map(({ agentId }) => agentId))]);
  for (const [agentId, owner] of owners) {
    if (owner !== lcaUuid) {
      throw new Problem('forbidden', `${agentId} belongs to another LCA; none of the reports was taken.`);
    }
  }
}

export function checkIn(app: ApiApp, deps: ApiDeps): void {
  const { store } = deps;
  app.openapi(route, async (c) => {
    const { lcaUuid } = c.req.valid('param');
    c.get('about').lcaUuid = lcaUuid;
    lcaOfCaller(c.get('caller'), lcaUuid);
    const waitMs = c.req.valid('query').wait * 1_000;
    // First: reports that are taken and then answered 503 would be sent again for nothing.
    if (waitMs > 0) c.get('admission').wait();
    const { reports = [] } = c.req.valid('json');
    if (reports.length > 0) {
      await assertOwned(store.inventory, lcaUuid, reports);
      await takeReports(c, deps, lcaUuid, reports);
    }
    const { tasks, cancel, traces } = await takeWork(c, deps, lcaUuid, waitMs);
    linkSpan(traces);
    const equipped = await store.targets.equip(lcaUuid, tasks, publicUrlOf(c, deps));
    return c.json({ accepted: reports.length, tasks: equipped, cancel }, 200);
  });
}
