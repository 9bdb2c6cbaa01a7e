// One Redis for all tests, always a real one: REDIS_URL's, else a Cluster or a Sentinel's where the environment
// names that form, else a container's, else one started here.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisContainer } from '@testcontainers/redis';
import type { TestProject } from 'vitest/node';
import { startRedis } from '../../scripts/redis.mjs';
import { startRedisCluster } from './redisCluster.js';
import { startRedisSentinel } from './redisSentinel.js';

const CONTAINER_IMAGE = 'redis:7-alpine';

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
  }
}

interface TestRedis {
  url: string;
  description: string;
  stop(): Promise<void>;
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const redis = givenRedis() ?? (await startRedisOfForm(process.env['GRADUS_TEST_REDIS'] || 'single'));
  say(`Redis of the tests: ${redis.description}`);
  project.provide('redisUrl', redis.url);
  return () => redis.stop();
}

function givenRedis(): TestRedis | null {
  const url = process.env['REDIS_URL'];
  return url ? { url, description: 'the one of REDIS_URL', stop: async () => {} } : null;
}

async function startRedisOfForm(form: string): Promise<TestRedis> {
  switch (form) {
    case 'single':
      return (await containerRedis()) ?? (await localRedis());
    case 'cluster':
      return {
        ...(await startRedisCluster()),
        description: 'a Cluster of three masters with a replica each',
      };
    case 'sentinel':
      return {
        ...(await startRedisSentinel(1)),
        description: 'a master and a replica under three sentinels',
      };
    default:
      throw new TypeError(`GRADUS_TEST_REDIS is ${form}; it may be single, cluster or sentinel`);
  }
}

async function containerRedis(): Promise<TestRedis | null> {
  if (!containerEngineAnswers()) return null;
  const container = await new RedisContainer(CONTAINER_IMAGE)
    .withCommand(['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'])
    .start();
  return {
    url: container.getConnectionUrl(),
    description: `a container of ${CONTAINER_IMAGE}`,
    stop: async () => {
      await container.stop();
    },
  };
}

async function localRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-redis-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const redis = await startRedis({ folder, restart: false, javascript: false, say, onLine: () => {} });
    return {
      url: redis.url,
      description: redis.description,
      stop: async () => {
        await redis.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

function containerEngineAnswers(): boolean {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

function say(line: string): void {
  console.log(`gradus | ${line}`);
}
