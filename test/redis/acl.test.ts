// A Redis that lets Gradus do what it needs and nothing else, and one that does not let it in.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGradus } from '../support/gradus.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';
import { expectRefusedStart } from '../support/refusedStart.js';
import { startWatchedPlan } from '../support/watchedPlan.js';

const PAGE = new URL('../../docs/redis.md', import.meta.url);
const OPERATOR = 'operator:known-to-the-tests';

/** The line for a file of users that the documents give to operators. */
function documentedRule(): string {
  const rule = /^user gradus on .+$/m.exec(readFileSync(PAGE, 'utf8'))?.[0];
  return rule ?? expect.unreachable('docs/redis.md has no rule for a user');
}

describe.skipIf(!canStartRedis)('a Redis with users', { timeout: 60_000 }, () => {
  let redis: RedisNode;
  const urlOf = (user: string) => `redis://${user}@127.0.0.1:${redis.port}`;

  beforeAll(async () => {
    redis = await createRedisNode(
      async ({ port, folder }) => {
        const file = join(folder, 'users.acl');
        const [name, password] = OPERATOR.split(':');
        const users = ['user default off', `user ${name} on >${password} ~* &* +@all`, documentedRule()];
        await writeFile(file, `${users.join('\n')}\n`);
        return ['--port', String(port), '--appendonly', 'yes', '--aclfile', file];
      },
      (port) => `redis://${OPERATOR}@127.0.0.1:${port}`,
    );
    await redis.start();
  });
  afterAll(() => redis.remove());

  it('has a plan run from start to end with the rights of the documented rule', async () => {
    const gradus = await startGradus({
      redisUrl: urlOf('gradus:a-long-password'),
      env: { GRADUS_NAMESPACE: 'gradus' },
    });
    const plan = await startWatchedPlan(gradus, 20);
    await plan.expectRightEnd();
    const board = await fetch(`${gradus.url}/queues/api/queues`, {
      headers: { authorization: `Bearer ${gradus.token}` },
    });
    expect(board.status).toBe(200);
    await gradus.stop();
    // Answers that wait for replicas are no right more.
    for (const command of ['WAIT 1 1000', 'SET gradus:{written:1:0} 1 PX 60000 GET']) {
      expect(await redis.ask('ACL', 'DRYRUN', 'gradus', ...command.split(' '))).toBe('OK');
    }
    const denials = (await redis.ask('ACL', 'LOG')) as string[][];
    // The warnings at the start and the board's list of workers do without what these two would tell them.
    const denied = denials.map((entry) => entry[entry.indexOf('object') + 1]);
    expect(denied.sort()).toEqual(['client|list', 'config|get']);
  });

  it.each(['api', 'worker'] as const)('ends the %s that has the wrong password, and says so', async (app) => {
    await expectRefusedStart(app, { REDIS_URL: urlOf('gradus:wrong') }, /WRONGPASS/);
    await expectRefusedStart(app, { REDIS_URL: `redis://127.0.0.1:${redis.port}` }, /NOAUTH/);
    const ofCluster = urlOf('gradus:wrong').replace('redis:', 'redis+cluster:');
    await expectRefusedStart(app, { REDIS_URL: ofCluster }, /WRONGPASS/);
  });
});
