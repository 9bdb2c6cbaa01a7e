// The Helm chart as the tests read it: its values, their schema, and its templates as text.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const CHART_FOLDER = fileURLToPath(new URL('../../deploy/helm/gradus', import.meta.url));

/** Values with which everything is on that is off by default. */
export const EVERYTHING = join(CHART_FOLDER, 'ci', 'everything-values.yaml');

const read = (path: string) => readFileSync(join(CHART_FOLDER, path), 'utf8');

export type Values = Readonly<Record<string, unknown>>;

export const CHART: { version: string; appVersion: string } = parse(read('Chart.yaml'));
export const VALUES: Values = parse(read('values.yaml'));
export const EVERYTHING_VALUES: Values = parse(readFileSync(EVERYTHING, 'utf8'));

/** A JSON Schema, as far as the tests look into it. */
export interface Schema {
  properties?: Record<string, Schema>;
  propertyNames?: { anyOf: { enum?: string[]; pattern?: string }[] };
}

export const SCHEMA: Schema = JSON.parse(read('values.schema.json'));

/** Every template, by its name. */
export const TEMPLATES: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(join(CHART_FOLDER, 'templates')).map((name) => [name, read(`templates/${name}`)]),
);

/** @returns the values under these, as those of `-f` */
export function merged(under: Values, over: Values): Values {
  const isMap = (value: unknown): value is Values =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = Object.entries(over).map(([key, value]) => {
    const below = under[key];
    return [key, isMap(value) && isMap(below) ? merged(below, value) : value];
  });
  return { ...under, ...Object.fromEntries(entries) };
}

/** @returns the paths of all that is no map, or an empty one: `api.drainSeconds`, … */
export function leavesOf(values: Values, prefix = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
      ? leavesOf(value as Values, `${prefix}${key}.`)
      : [`${prefix}${key}`],
  );
}
