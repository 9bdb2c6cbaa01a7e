// What can be said of the Helm chart without Helm: its values, their schema, and what the templates name.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { expect, inject, test } from 'vitest';
import { openQueues } from '../../packages/queues/src/openQueues.js';
import { SETTINGS } from '../start/readme.js';
import { freshNamespace } from '../support/namespace.js';
import { CHART, EVERYTHING_VALUES, leavesOf, merged, SCHEMA, TEMPLATES, VALUES } from './chart.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const template = (name: string) => TEMPLATES[name] ?? expect.unreachable(`the chart has no ${name}`);
const allTemplates = Object.values(TEMPLATES).join('\n');

const COMPONENTS = ['api', 'worker'] as const;
type Component = (typeof COMPONENTS)[number];

/** Names of environment variables that a text gives to a container. */
const namesIn = (text: string) => [...text.matchAll(/^ *- name: ([A-Z_]+)$/gm)].map(([, name = '']) => name);
/** What Node.js reads itself is no setting. */
const shared = namesIn(template('_helpers.tpl')).filter((name) => !name.startsWith('NODE_'));
const givenTo = (component: Component) => [...shared, ...namesIn(template(`${component}-deployment.yaml`))];
const readBy = (component: Component) =>
  SETTINGS.filter((row) => row.readBy.includes(component)).map(({ variable }) => variable);

const validate = new Ajv({ allErrors: true, strict: true }).compile(SCHEMA);
/** @returns where the values are not what the schema says */
function faultsOf(values: unknown): string[] {
  validate(values);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

test('chart and image have the version of Gradus', () => {
  const { version } = JSON.parse(read('package.json'));
  expect([CHART.version, CHART.appVersion]).toEqual([version, version]);
});

test('the defaults are what the schema says, and so is everything switched on', () => {
  expect(faultsOf(VALUES)).toEqual([]);
  expect(faultsOf(merged(VALUES, EVERYTHING_VALUES))).toEqual([]);
});

test.each([
  ['a value that nobody knows', { api: { replica: 3 } }],
  ['a setting that the api does not read', { api: { env: { GRADUS_DISPATCH_RATE: '1' } } }],
  ['a setting that only looks like one of OpenTelemetry', { worker: { env: { OTEL: '1' } } }],
  [
    'a number as a setting, which Helm would write as 1e+06',
    { api: { env: { GRADUS_RATE_PER_LCA: 1_000_000 } } },
  ],
  ['no worker at all', { worker: { autoscaling: { minReplicas: 0 } } }],
  ['KEDA without a way to Redis', { worker: { autoscaling: { enabled: true } } }],
])('%s is refused', (_, values) => {
  expect(faultsOf(merged(VALUES, values))).not.toEqual([]);
});

test('the schema has every value, and values.yaml has a default for each', () => {
  const paths = (schema: typeof SCHEMA, prefix = ''): string[] =>
    Object.entries(schema.properties ?? {}).flatMap(([key, inner]) =>
      inner.properties === undefined ? [`${prefix}${key}`] : paths(inner, `${prefix}${key}.`),
    );
  // Helm gives every chart a value of that name. Of resources the schema knows the two parts, whatever is in them.
  const known = paths(SCHEMA).filter((path) => path !== 'global');
  const leaves = leavesOf(VALUES).map((path) => path.replace(/(\.resources\.\w+)\..*/, '$1'));
  expect(known.toSorted()).toEqual([...new Set(leaves)].toSorted());
});

test('every value that a template names exists, and no value goes unused', () => {
  const named = [
    ...new Set([...allTemplates.matchAll(/\.Values\.([A-Za-z.]+)/g)].map(([, path = '']) => path)),
  ];
  const leaves = leavesOf(VALUES);
  expect(named.length).toBeGreaterThan(30);
  // A template may name a whole map.
  const covers = (path: string, leaf: string) => leaf === path || leaf.startsWith(`${path}.`);
  expect(named.filter((path) => !leaves.some((leaf) => covers(path, leaf)))).toEqual([]);
  expect(leaves.filter((leaf) => !named.some((path) => covers(path, leaf)))).toEqual([]);
});

test.each(COMPONENTS)('the %s is given settings that it reads, each once', (component) => {
  const given = givenTo(component);
  expect(given.length).toBeGreaterThan(5);
  expect(given.filter((name) => !readBy(component).includes(name))).toEqual([]);
  expect(new Set(given).size).toBe(given.length);
});

test.each(COMPONENTS)('what the %s reads and is not given may be set, and nothing else', (component) => {
  const names = SCHEMA.properties?.[component]?.properties?.['env']?.propertyNames?.anyOf ?? [];
  const allowed = names.flatMap((one) => one.enum ?? []);
  const open = readBy(component).filter((name) => !givenTo(component).includes(name));
  expect(allowed.toSorted()).toEqual(open.toSorted());
});

test.each(COMPONENTS)('the %s is what the image runs by that name', (component) => {
  const [, path = ''] = /args: \[node, (\S+)\]/.exec(template(`${component}-deployment.yaml`)) ?? [];
  expect(path).toBe(`apps/${component}/dist/main.js`);
  expect(existsSync(join(ROOT, path.replace('dist', 'src').replace(/js$/, 'ts')))).toBe(true);
});

test('the probes ask for what the api answers, at the port that it listens on', () => {
  const deployment = template('api-deployment.yaml');
  const asked = [...deployment.matchAll(/(\w+)Probe:\n +httpGet: \{ path: (\S+), port: (\w+) \}/g)];
  expect(asked.map(([, ...rest]) => rest)).toEqual([
    ['startup', '/healthz', 'http'],
    ['liveness', '/healthz', 'http'],
    ['readiness', '/readyz', 'http'],
  ]);
  const served = [...read('apps/api/src/routes/health.ts').matchAll(/path: '(.*)'/g)].map(([, path]) => path);
  expect(served).toEqual(expect.arrayContaining(['/healthz', '/readyz']));
  const [, containerPort] = /name: http\n +containerPort: (\d+)/.exec(deployment) ?? [];
  const [, port] = /name: PORT\n +value: "(\d+)"/.exec(deployment) ?? [];
  expect(containerPort).toBe(port);
});

test.each([
  ['api', 'add .Values.api.drainNoticeSeconds .Values.api.drainSeconds'],
  ['worker', 'add .Values.worker.drainSeconds'],
] as const)('the %s is killed only once it would have ended itself', (component, sum) => {
  const deployment = template(`${component}-deployment.yaml`);
  const [, added, margin] = /terminationGracePeriodSeconds: \{\{ (.*) (\d+) \}\}/.exec(deployment) ?? [];
  const [, closeMs] = /const CLOSE_WITHIN_MS = ([\d_]+);/.exec(read(`apps/${component}/src/main.ts`)) ?? [];
  expect(added).toBe(sum);
  expect(Number(margin) * 1_000).toBeGreaterThan(Number(closeMs?.replace('_', '')));
});

test('workers are scaled by lists that BullMQ keeps, and not by that of the rate limit', async () => {
  const [, names = ''] = /range list ((?:"\w+" ?)+)/.exec(template('worker-autoscaler.yaml')) ?? [];
  const [, form = ''] =
    /listName: \{\{ printf "(.*?)" \$\.Values\.namespace \. /.exec(template('worker-autoscaler.yaml')) ?? [];
  const namespace = freshNamespace();
  const queues = await openQueues({ url: inject('redisUrl'), namespace, onError: () => undefined });
  const waiting = queues
    .all()
    .filter(({ name }) => name !== 'tasks')
    .map((queue) => queue.toKey('wait'));
  await queues.close();
  const lists = names.match(/\w+/g)?.map((name) => form.replace('%s', namespace).replace('%s', name));
  expect(lists?.toSorted()).toEqual(waiting.toSorted());
});
