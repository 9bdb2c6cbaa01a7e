// Values for the fuzzing: what a schema of the document takes, and what is made of it by breaking it.
import fc from 'fast-check';
import type { OpenApi, Schema } from '../support/openApiSchema.js';
import { FUZZ_AGENTS, FUZZ_LCA, planToken, taskToken } from './grounds.js';

type Json = unknown;

const agentId = fc.constantFrom(...FUZZ_AGENTS);
const duration = fc.constantFrom('0s', '1s', '10m', '1h30m', 'PT10M', '2d');

/** @returns mostly none: nearly any value is refused */
function seldom(values: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: values });
}

/** Fields for which a value that fits the schema alone would be refused every time, or wait for long. */
const HINTS: Record<string, fc.Arbitrary<Json>> = {
  agentId,
  agentIds: fc.oneof(fc.uniqueArray(agentId, { minLength: 1, maxLength: 5 }), agentId),
  id: fc.nat(7).map(planToken),
  lifecycleTaskUuid: fc.nat(3).map(taskToken),
  lcaUuid: fc.constant(FUZZ_LCA),
  batchIndex: fc.constantFrom(0, 0, 0, 1, 2),
  batchSizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom('1', '5%', '100%')), {
    maxLength: 4,
  }),
  fromVersion: fc.constant('1.2.0'),
  toVersion: fc.constant('1.3.0'),
  toRelease: fc.constant('221'),
  actualVersion: fc.constantFrom('1.2.0', '1.3.0'),
  actualRelease: fc.constantFrom('215', '221'),
  runtimeStatus: fc.constantFrom('running', 'crashed', 'degraded'),
  nodeUuid: fc.constantFrom('node-1', 'node-2'),
  componentUuid: seldom(fc.constant('component-1')),
  componentName: fc.constantFrom('zmetis', 'zmetis', 'probe', 'display'),
  componentInstanceUuid: seldom(fc.constantFrom('instance-1', 'instance-2')),
  batchSize: seldom(fc.integer({ min: 1, max: 50 })),
  observeDuration: duration,
  taskTimeout: duration,
  startAt: fc.constantFrom('2026-01-15T08:00:00Z', '2999-01-01T00:00:00.000Z'),
  attributes: fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 8 })),
  wait: fc.constant('0'),
  cursor: seldom(fc.constantFrom('0', '1', '12')),
  'last-event-id': fc.constantFrom('0', '1', '12'),
  'if-match': seldom(fc.constantFrom('*', '*', '"1"', '"2"', '7')),
  'idempotency-key': fc.constantFrom('fuzz-1', 'fuzz-2', 'fuzz-3'),
  prefer: fc.constantFrom('return=minimal', 'return=representation', 'wait=1'),
};

/** @returns values that the schema takes, by its types and bounds; of a field by that name */
export function fitting(document: OpenApi, schema: Schema, name = ''): fc.Arbitrary<Json> {
  const hint = HINTS[name];
  if (hint !== undefined) return hint;
  if (schema.$ref !== undefined) {
    const named = document.components.schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {};
    return fitting(document, named, name);
  }
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return fc.oneof(...either.map((one) => fitting(document, one, name)));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? 'string'].flat();
  return fc.oneof(...types.map((type) => ofType(document, schema, type)));
}

function ofType(document: OpenApi, schema: Schema, type: string): fc.Arbitrary<Json> {
  const { minimum: min = 0, maximum: max = 1_000, properties = {}, required = [], items } = schema;
  switch (type) {
    case 'object': {
      const fields: Record<string, fc.Arbitrary<Json>> = {};
      for (const [name, field] of Object.entries(properties)) fields[name] = fitting(document, field, name);
      return fc.record(fields, { requiredKeys: required });
    }
    case 'array':
      return fc.array(fitting(document, items ?? {}), { maxLength: 4 });
    case 'integer':
      return fc.integer({ min, max: Math.min(max, 1_000) });
    case 'number':
      return fc.double({ min, max, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.string({ minLength: 1, maxLength: 20 });
  }
}

const proto = (value: Json): Json => Object.fromEntries([['__proto__', value]]);

/** Values of the kinds that break parsers, validators, scripts and whoever merges objects. */
const nasty: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    ...[null, true, 0, -1, -0, 0.1, 1e21, 1e308, -1e308, 2 ** 53, 2 ** 31, 2 ** 32, 5e-324],
    ...[
      '',
      ' ',
      '\0',
      '\ud800',
      '\udc00x',
      '\u{1F525}',
      '\u202e',
      '\ufeff',
      '\r\n',
      '__proto__',
      'constructor',
    ],
    ...['%', '%00', '../..', "'", '"', 'NaN', 'Infinity', '1e999', '-0', '1'.repeat(400), 'x'.repeat(70_000)],
    ...[
      'P1Y',
      '999999999d',
      '1e9s',
      '-1s',
      '2026-02-30T00:00:00Z',
      '+275760-09-13T00:00:00.001Z',
      '0%',
      '1e2%',
    ],
    ...[
      [],
      {},
      [[]],
      [null],
      ['a', 'a'],
      { length: -1 },
      proto({ isAdmin: true }),
      { constructor: { prototype: {} } },
    ],
    ...[{ toString: 1 }, { toJSON: 'x' }, { hasOwnProperty: 1 }],
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.double(),
  fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
  fc.jsonValue({ maxDepth: 3 }),
);

const NASTY_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  '\ud800',
  'extra',
  '0',
  'a.b',
  '$ref',
];

/** @returns the value with one of its parts, or itself, replaced, dropped, repeated or joined by a stranger */
function broken(value: Json, where: readonly number[], how: number, by: Json): Json {
  const [first, ...rest] = where;
  if (first === undefined || typeof value !== 'object' || value === null) return by;
  if (Array.isArray(value)) {
    if (value.length === 0 || how === 1) return [...value, by];
    if (how === 2) return Array.from({ length: 200 }, () => value[0]);
    const index = first % value.length;
    return value.map((item, at) => (at === index ? broken(item, rest, how, by) : item));
  }
  const entries = Object.entries(value);
  const stranger = NASTY_KEYS[first % NASTY_KEYS.length] ?? '';
  if (entries.length === 0 || how === 1) return Object.fromEntries([...entries, [stranger, by]]);
  const index = first % entries.length;
  if (how === 2) return Object.fromEntries(entries.filter((_, at) => at !== index));
  return Object.fromEntries(
    entries.map(([key, part], at) => [key, at === index ? broken(part, rest, how, by) : part]),
  );
}

/** @returns the values as they are, or broken in up to three places */
export function mutated(values: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  const cut = fc.record({
    where: fc.array(fc.nat(30), { maxLength: 4 }),
    how: fc.nat(3),
    by: nasty,
  });
  return fc
    .tuple(
      values,
      fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 2, arbitrary: fc.array(cut, { minLength: 1, maxLength: 3 }) },
      ),
    )
    .map(([value, cuts]) =>
      cuts.reduce((left: Json, { where, how, by }) => broken(left, where, how, by), value),
    );
}

const asText = (value: Json): string | undefined =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** @returns texts for a path, a query or a header; undefined where it is to be left out */
export function mutatedText(values: fc.Arbitrary<Json>): fc.Arbitrary<string | undefined> {
  const text = values.map(asText);
  const strange = nasty.map(asText);
  return fc.oneof(
    { weight: 12, arbitrary: text },
    { weight: 1, arbitrary: strange.map((one) => one?.slice(0, 2_000)) },
  );
}

const NESTED = 20_000;
const DEEP = [
  `${'['.repeat(NESTED)}${']'.repeat(NESTED)}`,
  '{"a":'.repeat(NESTED),
  `${'{"a":'.repeat(NESTED)}1${'}'.repeat(NESTED)}`,
];

/** @returns bytes of the JSON text, or what cuts, doubles and dirties it make of them */
export function mutatedBytes(texts: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const whole = texts.map((text) => Buffer.from(text));
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  const dirt = fc.constantFrom(
    ...[[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf], [0], [0xf4, 0x90, 0x80, 0x80]].map(
      (bytes) => Buffer.from(bytes),
    ),
    ...[
      '\n',
      '"',
      '{',
      ',',
      '1e999',
      '-',
      '\\u',
      '"__proto__":{"a":1},',
      '123456789012345678901234567890',
    ].map((bit) => Buffer.from(bit)),
  );
  const dirtied = fc.tuple(whole, at, dirt, fc.boolean()).map(([bytes, part, bit, isOver]) => {
    const from = Math.floor(bytes.length * part);
    return Buffer.concat([bytes.subarray(0, from), bit, bytes.subarray(from + (isOver ? bit.length : 0))]);
  });
  return fc.oneof(
    { weight: 12, arbitrary: whole },
    { weight: 2, arbitrary: dirtied },
    {
      weight: 1,
      arbitrary: fc.tuple(whole, at).map(([bytes, part]) => bytes.subarray(0, bytes.length * part)),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...DEEP, '', ' ', 'null', '[]', '"x"', 'undefined')
        .map((text) => Buffer.from(text)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  );
}
