// The alert rules, the dashboard and the page of metrics name what an api and a worker really tell.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { type Gradus, startGradus } from '../support/gradus.js';
import { waitFor } from '../support/waitFor.js';
import { type Query, readQuery } from './promql.js';
import { metricsUrlOf, type Sample, type Scrape, scrape } from './scrape.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ALERTS = `${ROOT}deploy/prometheus/alerts.yaml`;
const read = (file: string) => readFileSync(ROOT + file, 'utf8');

/** Prometheus gives these to whatever it reads. */
const OF_THE_TARGET = ['instance', 'job'];
/** Whose values depend on what was asked of the process. */
const OPEN_LABELS = ['method', 'route', 'code', 'command', 'app', 'version', 'node', 'le', 'endpoint'];

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook: string };
}

interface Panel {
  title: string;
  targets?: { expr: string; legendFormat: string }[];
}

const rules = (parse(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const { panels } = JSON.parse(read('deploy/grafana/gradus.json')) as { panels: Panel[] };
const targets = panels.flatMap(({ title, targets: shown = [] }) => shown.map((one) => ({ title, ...one })));
const page = read('docs/metrics.md');

let gradus: Gradus;
let api: Scrape;
let worker: Scrape;

beforeAll(async () => {
  const endpoint = { name: 'ops', url: 'https://hooks.example', secrets: [`whsec_${'A'.repeat(32)}`] };
  const env = { GRADUS_METRICS_PORT: '0', GRADUS_WEBHOOKS: JSON.stringify([endpoint]) };
  gradus = await startGradus({ env });
  await fetch(`${gradus.url}/healthz`);
  const urls = await Promise.all([gradus.api, ...gradus.workers].map(metricsUrlOf));
  [api, worker] = await waitFor(
    async () => {
      const [first, second] = await Promise.all(urls.map((url) => scrape(url)));
      const isWhole = first?.sum('gradus_http_requests_total') === 1 && first.value('gradus_plans') !== null;
      return isWhole && second !== undefined && ([first, second] as const);
    },
    { what: 'a request, and a look at the plans, to be told of', timeoutMs: 15_000 },
  );
});
afterAll(() => gradus.stop());

const samplesOf = (name: string): Sample[] =>
  [...api.samples, ...worker.samples].filter((sample) => sample.name === name);

function faultsOf({ faults, selectors, groupedBy }: Query): string[] {
  const known = new Set(OF_THE_TARGET);
  const unknown = selectors.flatMap(({ name, matchers }) => {
    const samples = samplesOf(name);
    if (samples.length === 0) return [`nobody tells ${name}`];
    for (const label of samples.flatMap(({ labels }) => Object.keys(labels))) known.add(label);
    return matchers.flatMap(({ label, operator, value }) => {
      if (!known.has(label)) return [`${name} has no label ${label}`];
      const accepted = new RegExp(`^(?:${value})$`);
      const isThere = samples.some(({ labels }) => accepted.test(labels[label] ?? ''));
      return OPEN_LABELS.includes(label) || isThere ? [] : [`${name} has no ${label}${operator}"${value}"`];
    });
  });
  const strange = groupedBy.filter((label) => !known.has(label)).map((label) => `no label is ${label}`);
  return [...faults, ...unknown, ...strange];
}

/** @returns labels that the result of the query has not */
function missingIn(query: Query, used: string[]): string[] {
  const [selector] = query.selectors;
  const own = Object.keys(samplesOf(selector?.name ?? '')[0]?.labels ?? {}).concat(OF_THE_TARGET);
  const known = query.groupedBy.length > 0 ? query.groupedBy : own;
  return used.filter((label) => !known.includes(label));
}

const labelsIn = (template: string, form: RegExp) =>
  [...template.matchAll(form)].map(([, label = '']) => label);

describe('the alert rules', () => {
  it('are some, each with a name of its own and a severity', () => {
    expect(rules.length).toBeGreaterThan(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { labels } of rules) expect(['critical', 'warning', 'info']).toContain(labels.severity);
  });

  it.each(rules)('$alert asks for what there is, and leads to a page', ({ expr, annotations }) => {
    const query = readQuery(expr);
    expect(faultsOf(query)).toEqual([]);
    const texts = `${annotations.summary} ${annotations.description}`;
    expect(missingIn(query, labelsIn(texts, /\$labels\.(\w+)/g))).toEqual([]);
    const [file = '', anchor = ''] = annotations.runbook.split('#');
    const anchors = [...read(file).matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w ]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(anchors).toContain(anchor);
  });

  const { error, status } = spawnSync('promtool', ['--version']);
  const hasPromtool = error === undefined && status === 0;
  if (!hasPromtool) console.warn('!! promtool is not on the PATH: it did not check the alert rules.');
  it.skipIf(!hasPromtool)('are what promtool takes', () => {
    const { status: verdict, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ALERTS]);
    expect(verdict, `${stdout}${stderr}`).toBe(0);
  });
});

describe('the dashboard', () => {
  it.each(targets)('$title: $legendFormat', ({ expr, legendFormat }) => {
    const query = readQuery(expr);
    expect(faultsOf(query)).toEqual([]);
    expect(missingIn(query, labelsIn(legendFormat, /{{(\w+)}}/g))).toEqual([]);
  });

  it('shows every metric of ours', () => {
    const shown = targets.flatMap(({ expr }) => readQuery(expr).selectors.map(({ name }) => name));
    const families = shown.map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
    const ours = [...api.metrics, ...worker.metrics]
      .map(({ name }) => name)
      .filter((name) => /^gradus_/.test(name));
    expect(ours.filter((name) => !families.includes(name))).toEqual([]);
  });
});

describe('docs/metrics.md', () => {
  test('its table is what the processes tell of themselves', () => {
    const rows = [...page.matchAll(/^\| `(gradus_\w+)` \| (\w+) \| (.*?) \| ([\w, ]+) \| (.*) \|$/gm)].map(
      ([, name, type, labels, by, help]) => ({ name, type, labels, by, help }),
    );
    const tellers = { api, worker };
    const all = new Map([...api.metrics, ...worker.metrics].map((metric) => [metric.name, metric]));
    const told = [...all.values()]
      .filter(({ name }) => name.startsWith('gradus_'))
      .map(({ name, type, help }) => ({
        name,
        type,
        labels: labelsOf(name, type)
          .map((label) => `\`${label}\``)
          .join(', '),
        by: Object.entries(tellers)
          .filter(([, { metrics }]) => metrics.some((metric) => metric.name === name))
          .map(([app]) => app)
          .join(', '),
        help,
      }));
    expect(rows.toSorted(byName)).toEqual(told.toSorted(byName));
  });

  test('its table of labels has every value that is told', () => {
    const values = new Map(
      [...page.matchAll(/^\| `(\w+)` \| ((?:`[^`]+`(?:, )?)+) \|$/gm)].map(([, label = '', list = '']) => [
        label,
        list.split(', ').map((value) => value.replaceAll('`', '')),
      ]),
    );
    const told = [...api.samples, ...worker.samples]
      .filter(({ name }) => name.startsWith('gradus_'))
      .flatMap(({ labels }) => Object.entries(labels))
      .filter(([label]) => !OPEN_LABELS.includes(label));
    expect(told.length).toBeGreaterThan(50);
    expect(told.filter(([label, value]) => !values.get(label)?.includes(value))).toEqual([]);
    const known = new Set(told.map(([label, value]) => `${label} ${value}`));
    const stale = [...values].flatMap(([label, list]) => list.map((value) => `${label} ${value}`));
    expect(stale.filter((one) => !known.has(one))).toEqual([]);
  });
});

function labelsOf(name: string, type: string): string[] {
  const [sample] = samplesOf(type === 'histogram' ? `${name}_count` : name);
  return Object.keys(sample?.labels ?? {}).toSorted();
}

function byName(a: { name?: string | undefined }, b: { name?: string | undefined }): number {
  return (a.name ?? '').localeCompare(b.name ?? '');
}
