// What can be said of docker-compose.yml without running it: no container engine has run it in these tests.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../start/readme.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** That an api has open beside its connections: some hundred. */
const OTHER_FILES = 500;

interface Service {
  image?: string;
  command: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  profiles?: string[];
  container_name?: string;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: { replicas: number };
  ulimits?: { nofile: { soft: number; hard: number } };
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  privileged?: boolean;
  security_opt?: string[];
}

const compose: { services: Record<'redis' | 'api' | 'worker' | 'fleet', Service>; volumes: object } = parse(
  readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'),
  { merge: true },
);
const { redis, api, worker, fleet } = compose.services;

test('Redis is a database: a log of every write, nothing evicted, and a volume that outlives it', () => {
  expect(redis.command.join(' ')).toContain('--appendonly yes');
  expect(redis.command.join(' ')).toContain('--maxmemory-policy noeviction');
  expect(redis.volumes).toEqual(['redis:/data']);
  expect(compose.volumes).toHaveProperty('redis');
  expect(redis.healthcheck?.test).toContain('redis-cli');
});

test('nothing but the api is reachable from outside, and that only from this machine', () => {
  expect(redis.ports).toBeUndefined();
  expect(api.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:.*:3000$/)]);
});

test('the image says when the api is healthy, and nothing of who is not an api', () => {
  expect(api.healthcheck).toBeUndefined();
  expect([worker.healthcheck, fleet.healthcheck]).toEqual([{ disable: true }, { disable: true }]);
});

test('the api has no keys that were not given, and files for as many connections as it takes', () => {
  const connections = SETTINGS.find(
    ({ variable }) => variable === 'GRADUS_CONNECTIONS_AT_ONCE',
  )?.defaultValue;
  expect(api.ulimits?.nofile.hard).toBeGreaterThanOrEqual(Number(connections) + OTHER_FILES);
  expect(api.environment?.['GRADUS_API_KEYS']).toMatch(/^\$\{GRADUS_API_KEYS:\?/);
});

test.each(['redis', 'api', 'worker', 'fleet'] as const)('%s has no rights that it does not need', (name) => {
  const service = compose.services[name];
  expect(service).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  expect([service.cap_add, service.privileged]).toEqual([undefined, undefined]);
  // The image of our own is without rights by itself.
  expect(service.user).toBe(name === 'redis' ? 'redis' : undefined);
});

test('there is more than one worker, and they can be scaled: no fixed name and no port', () => {
  expect(worker.deploy?.replicas).toBeGreaterThan(1);
  expect(worker.container_name).toBeUndefined();
  expect(worker.ports).toBeUndefined();
});

test.each([
  ['api', api],
  ['worker', worker],
] as const)('a Prometheus beside %s can read its metrics', (_, { environment }) => {
  expect(environment).toMatchObject({ GRADUS_METRICS_HOST: '0.0.0.0', GRADUS_METRICS_PORT: '9464' });
});

test('the simulated fleet runs only where it is asked for', () => {
  expect(fleet.profiles).toEqual(['demo']);
});

test.each([
  ['api', 'redis'],
  ['worker', 'redis'],
  ['fleet', 'api'],
] as const)('%s waits until %s is healthy', (name, other) => {
  expect(compose.services[name].depends_on?.[other]?.condition).toBe('service_healthy');
});

test.each(['api', 'worker', 'fleet'] as const)(
  '%s runs the app of its name and is told only what that knows',
  (name) => {
    const service = compose.services[name];
    expect(service.command).toEqual(['node', `apps/${name}/dist/main.js`]);
    const sources = sourcesOf(name);
    const names = Object.keys(service.environment ?? {});
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((variable) => !sources.includes(variable))).toEqual([]);
  },
);

function sourcesOf(app: string): string {
  const folder = join(ROOT, 'apps', app, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}
