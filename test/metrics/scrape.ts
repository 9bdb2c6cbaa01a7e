// What a Prometheus reads of a process.
import parse from 'parse-prometheus-text-format';
import type { RunningApp } from '../support/processes.js';
import { waitFor } from '../support/waitFor.js';

type Labels = Readonly<Record<string, string>>;

export interface Metric {
  name: string;
  type: string;
  help: string;
}

/** Of a histogram there are several, whose names end in `_bucket`, `_sum` and `_count`. */
export interface Sample {
  name: string;
  labels: Labels;
  value: number;
}

export interface Scrape {
  metrics: readonly Metric[];
  samples: readonly Sample[];
  /** @returns the sum of all samples of the name with these labels; 0 where there is none */
  sum(name: string, labels?: Labels): number;
  /** @returns the first sample of the name with these labels; null where there is none */
  value(name: string, labels?: Labels): number | null;
}

/** The process has to be started with `GRADUS_METRICS_PORT`. @returns its address for Prometheus */
export async function metricsUrlOf({ log }: RunningApp): Promise<string> {
  const said = await waitFor(() => log.find(({ msg }) => msg === 'metrics'), {
    what: 'an address of metrics',
  });
  return String(said['url']);
}

/** @throws TypeError where the answer is not Prometheus' text format */
export async function scrape(url: string, init: RequestInit = {}): Promise<Scrape> {
  const response = await fetch(url, init);
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  if (response.status !== 200 || !type.startsWith('text/plain; version=0.0.4')) {
    throw new TypeError(`${url} answered ${response.status} ${type}: ${text.slice(0, 200)}`);
  }
  const samples = samplesOf(text);
  const matching = (name: string, labels: Labels) =>
    samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
      .map(({ value }) => value);
  return {
    metrics: metricsOf(text),
    samples,
    sum: (name, labels = {}) => matching(name, labels).reduce((sum, value) => sum + value, 0),
    value: (name, labels = {}) => matching(name, labels)[0] ?? null,
  };
}

function metricsOf(text: string): Metric[] {
  return [...text.matchAll(/^# HELP (\w+) (.*)\n# TYPE \1 (\w+)$/gm)].map(
    ([, name = '', help = '', type = '']) => ({ name, help, type }),
  );
}

/** Told that it is a histogram, the parser makes one of all that differ in their labels: it is not told. */
function samplesOf(text: string): Sample[] {
  return parse(text.replaceAll(/^#.*\n/gm, '')).flatMap(({ name, metrics }) =>
    metrics.map(({ labels = {}, value }) => ({ name, labels, value: Number(value) })),
  );
}
