// What the hosted continuous integration runs is what a person runs, on every Node.js that is supported.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Job {
  strategy?: { matrix: { node: number[] } };
  steps: { uses?: string; run?: string; with?: Record<string, string> }[];
}

const workflow: { permissions: object; jobs: Record<'test' | 'deploy', Job> } = parse(
  read('.github/workflows/ci.yml'),
);
const { test: tests, deploy } = workflow.jobs;
const commandsOf = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []);

test('the tests run by .ci/run alone, from the oldest Node.js that is supported to that of the image', () => {
  expect(commandsOf(tests)).toEqual(['bash .ci/run']);
  const [, oldest] = />=(\d+)/.exec(JSON.parse(read('package.json')).engines.node) ?? [];
  const [, image] = /^FROM node:(\d+)-/m.exec(read('Dockerfile')) ?? [];
  const { node } = tests.strategy?.matrix ?? expect.unreachable('the tests run on one Node.js');
  expect([node[0], node.at(-1)]).toEqual([Number(oldest), Number(image)]);
});

test('the chart and the image are tried by .ci/deploy, with the files that are here', () => {
  expect(commandsOf(deploy)).toContain('bash .ci/deploy');
  const [, chart = ''] = /^chart=(.*)$/m.exec(read('.ci/deploy')) ?? [];
  expect(existsSync(join(ROOT, chart, 'Chart.yaml'))).toBe(true);
});

test('the workflow may read the sources and nothing else', () => {
  expect(workflow.permissions).toEqual({ contents: 'read' });
  const checkouts = [tests, deploy].flatMap(({ steps }) =>
    steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')),
  );
  expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual([false, false]);
});
