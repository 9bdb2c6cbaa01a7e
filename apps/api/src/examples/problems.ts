// An example of each problem, as the service words it.
import type { ExtensionOf, ProblemCode, ProblemDocument } from '@gradus/domain';
import { PROBLEMS } from '../errors.js';
import { BASE } from '../routes/base.js';
import { EXAMPLE_PLAN_ID } from './plans.js';

const PLANS = '/upgrade-plans';
const PLAN = `${PLANS}/${EXAMPLE_PLAN_ID}`;

function example<Code extends ProblemCode>(
  code: Code,
  path: string,
  detail: string,
  extension: ExtensionOf<Code>,
) {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:gradus:problem:${code}` as const,
    title,
    status,
    detail,
    instance: BASE + path,
    code,
    requestId: '4b424b5d-6ae4-4544-ad32-8d95cdca3e64',
    ...extension,
  };
}

export const PROBLEM_EXAMPLES = {
  'invalid-json': example('invalid-json', PLANS, 'The body cannot be read as JSON.', {}),
  unauthenticated: example('unauthenticated', PLANS, 'The token is not valid.', {}),
  forbidden: example('forbidden', PLANS, 'The token lacks the scope plans:write.', {}),
  'not-found': example('not-found', PLAN, `There is no plan ${EXAMPLE_PLAN_ID}.`, {}),
  'illegal-transition': example(
    'illegal-transition',
    `${PLAN}/resume`,
    'A plan that is cancelled does not take resume now.',
    { currentStatus: 'cancelled' },
  ),
  'agents-busy': example('agents-busy', PLANS, '1 of the agents are in a plan that has not ended.', {
    conflicts: [{ agentId: 'item1', planId: EXAMPLE_PLAN_ID }],
    conflictCount: 1,
  }),
  'release-in-use': example(
    'release-in-use',
    '/releases/zmetis/1.3.0/221',
    `${EXAMPLE_PLAN_ID} has used the release: it stays what it is.`,
    { planId: EXAMPLE_PLAN_ID },
  ),
  'idempotency-in-progress': example(
    'idempotency-in-progress',
    PLANS,
    'The first request with this key is still under way.',
    {},
  ),
  'stale-revision': example(
    'stale-revision',
    `${PLAN}/pause`,
    'The plan is at revision 8 now. Read it again before you decide.',
    { currentRevision: 8 },
  ),
  'body-too-large': example('body-too-large', PLANS, 'A body has at most 16777216 bytes.', {}),
  'unsupported-media-type': example(
    'unsupported-media-type',
    PLANS,
    'Send the body as application/json.',
    {},
  ),
  'range-not-satisfiable': example(
    'range-not-satisfiable',
    '/releases/zmetis/1.3.0/221/artifacts/zmetis-1.3.0.tar',
    'The file has 10485760 bytes.',
    {},
  ),
  'validation-failed': example('validation-failed', PLANS, '2 fields are missing or wrong.', {
    errors: [
      { path: 'name', message: 'is required: a string' },
      {
        path: 'observeDuration',
        message: '"value" is not a duration; accepted are 90s, 10m, 1h30m, 2d or ISO 8601 such as PT10M',
      },
    ],
  }),
  'unknown-agents': example('unknown-agents', PLANS, '1 of the agents are not in the inventory.', {
    agentIds: ['item1'],
    agentCount: 1,
  }),
  'version-mismatch': example(
    'version-mismatch',
    PLANS,
    '1 of the agents run neither fromVersion nor the target.',
    { agents: [{ agentId: 'item1', actualVersion: '1.1.0' }], agentCount: 1 },
  ),
  'unknown-release': example('unknown-release', PLANS, '1 of the targets are no release that is there.', {
    releases: [{ componentName: 'zmetis', version: '1.3.0', release: '221' }],
    releaseCount: 1,
  }),
  'idempotency-key-reused': example(
    'idempotency-key-reused',
    PLANS,
    'The key was sent before, with another body.',
    {},
  ),
  'rate-limited': example('rate-limited', PLANS, 'More than 2000 requests in a second.', {}),
  internal: example('internal', PLANS, 'Something went wrong. The request id finds it in the log.', {}),
  unavailable: example('unavailable', PLANS, 'The store cannot be reached. Repeat the request shortly.', {}),
  'newer-version': example(
    'newer-version',
    PLAN,
    `${EXAMPLE_PLAN_ID} was made by a newer version than this api is, and was left alone. Repeat the request: an api of that version answers it.`,
    {},
  ),
} satisfies { [Code in ProblemCode]: ProblemDocument<Code> };
