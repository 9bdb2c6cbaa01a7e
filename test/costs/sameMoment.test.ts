// What reading a plan costs where many ask for it at the same moment.
import { once } from 'node:events';
import { connect } from 'node:net';
import { createClient } from '@gradus/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerAgents } from '../support/agents.js';
import { UPGRADE } from '../support/fleet.js';
import { type Gradus, startGradus } from '../support/gradus.js';
import { BASE } from '../support/http.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';

const ASKED = 20;
/** They may come in in pieces. */
const AT_MOST = 3;

let node: RedisNode;
let gradus: Gradus;

async function tagsRead(): Promise<number> {
  const stats = String(await node.ask('INFO', 'commandstats'));
  return Number(/cmdstat_hmget:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

/** Asks for it so often in one piece, so that all of it comes in at the same moment. @returns the answers' statuses */
async function askAtOnce(path: string): Promise<string[]> {
  const { port, host } = new URL(gradus.url);
  const socket = connect(Number(port), '127.0.0.1');
  const ask = (connection: string) =>
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${gradus.token}\r\nConnection: ${connection}\r\n\r\n`;
  socket.write(ask('keep-alive').repeat(ASKED - 1) + ask('close'));
  let answers = '';
  socket.setEncoding('utf8').on('data', (text) => {
    answers += text;
  });
  await once(socket, 'close');
  return [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => String(status));
}

describe.skipIf(!canStartRedis)('of a plan that many ask for at the same moment', () => {
  beforeAll(async () => {
    node = await createRedisNode(({ port }) => ['--port', String(port)]);
    await node.start();
    gradus = await startGradus({ redisUrl: `redis://127.0.0.1:${node.port}`, workers: 0 });
  }, 60_000);
  afterAll(async () => {
    await gradus?.stop();
    await node?.remove();
  });

  test('the state is looked at once', async () => {
    const client = createClient({ baseUrl: gradus.url, token: gradus.token });
    const agentIds = await registerAgents(client, 'one', 2);
    const { id } = await client.createPlan({ ...UPGRADE, agentIds, autoStart: false });
    await client.getPlanSummary(id);
    const before = await tagsRead();
    expect(await askAtOnce(`${BASE}/upgrade-plans/${id}?view=summary`)).toEqual(
      new Array<string>(ASKED).fill('200'),
    );
    const looks = (await tagsRead()) - before;
    console.log(`looks at the plan for ${ASKED} answers:`, looks);
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThanOrEqual(AT_MOST);
  });
});
