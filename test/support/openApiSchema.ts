// Whether a value is what an OpenAPI document says of it: the part of JSON Schema that the document is made of.

/** A JSON Schema as it stands in the document. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
}

type Content = Record<string, { schema?: Schema; examples?: Record<string, Example> }>;

/** Itself, or where it stands. */
interface Example {
  value?: unknown;
  $ref?: string;
}

export interface Operation {
  operationId?: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; schema?: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { headers?: Record<string, { $ref: string }>; content?: Content }>;
}

export interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, unknown>;
    headers: Record<string, { required?: boolean }>;
    examples: Record<string, { value: Record<string, unknown> }>;
  };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function hasType(value: unknown, type: string): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

/** @returns one schema with the fields of all: each of them alone would call the others' fields unknown */
function joined(document: OpenApi, schemas: Schema[]): Schema {
  const parts = schemas.map(({ $ref, ...schema }) => {
    const name = $ref?.replace('#/components/schemas/', '');
    return name === undefined ? schema : (document.components.schemas[name] ?? {});
  });
  return {
    type: 'object',
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required = [] }) => required),
  };
}

/**
 * A field that the schema does not name is a fault too: it is not documented.
 *
 * @param at where the value stands
 * @returns what does not fit, one line each; empty where all does
 */
export function schemaFaults(document: OpenApi, schema: Schema, value: unknown, at = ''): string[] {
  const among = (schemas: Schema[]) => schemas.map((one) => schemaFaults(document, one, value, at));
  if (schema.$ref !== undefined) {
    const named = document.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
    return named === undefined
      ? [`${at}: ${schema.$ref} is not there`]
      : schemaFaults(document, named, value, at);
  }
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) {
    const tries = among(either);
    return tries.some((faults) => faults.length === 0) ? [] : tries.flat();
  }
  if (schema.allOf !== undefined) return schemaFaults(document, joined(document, schema.allOf), value, at);

  const faults: string[] = [];
  const { type, const: only, enum: values, pattern, minimum, maximum } = schema;
  const types = type === undefined ? [] : [type].flat();
  if (types.length > 0 && !types.some((one) => hasType(value, one))) {
    return [`${at}: is ${typeOf(value)}, not ${types.join(' or ')}`];
  }
  if (values !== undefined && !values.includes(value)) faults.push(`${at}: ${String(value)} is none of them`);
  if (only !== undefined && value !== only) faults.push(`${at}: is not ${String(only)}`);
  if (typeof value === 'string' && pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    faults.push(`${at}: ${value} does not match ${pattern}`);
  }
  if (typeof value === 'number' && (value < (minimum ?? value) || value > (maximum ?? value))) {
    faults.push(`${at}: ${value} is out of bounds`);
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [...faults, `${at}: says nothing of its items`];
    return [
      ...faults,
      ...value.flatMap((item, index) => schemaFaults(document, items, item, `${at}[${index}]`)),
    ];
  }
  if (typeof value === 'object' && value !== null) faults.push(...objectFaults(document, schema, value, at));
  return faults;
}

function objectFaults(document: OpenApi, schema: Schema, value: object, at: string): string[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}.${name}: is missing`);
  const faults = Object.entries(value).flatMap(([name, field]) => {
    const known = properties[name];
    if (known !== undefined) return schemaFaults(document, known, field, `${at}.${name}`);
    if (typeof additionalProperties === 'object') {
      return schemaFaults(document, additionalProperties, field, `${at}.${name}`);
    }
    return [`${at}.${name}: is not documented`];
  });
  return [...missing, ...faults];
}
