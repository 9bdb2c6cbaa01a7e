// What is wrong with a request, in words: one message for each fault, saying what is accepted.

import type { Fault } from '@gradus/domain';
import { z } from '@hono/zod-openapi';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const KINDS: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  record: 'an object',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return KINDS[typeof value] ?? typeof value;
}

const UNITS: Record<string, string> = { string: 'character', array: 'item' };

/** @param word `at least` or `at most` */
function bound(origin: string, word: string, limit: number | bigint): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `must be ${word} ${limit}`;
  return `must have ${word} ${limit} ${unit}${limit === 1 ? '' : 's'}`;
}

/** @returns the names of the fields that the schema which raised the issue takes */
function fieldsOf(issue: RawIssue): string[] {
  return issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
}

function messageOf(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = KINDS[issue.expected] ?? issue.expected;
      return issue.input === undefined
        ? `is required: ${expected}`
        : `must be ${expected}, not ${kindOf(issue.input)}`;
    }
    case 'too_small':
      return bound(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum);
    case 'invalid_value': {
      const accepted = issue.values.map((value) => JSON.stringify(value)).join(', ');
      return issue.values.length === 1 ? `must be ${accepted}` : `must be one of ${accepted}`;
    }
    case 'unrecognized_keys': {
      const fields = fieldsOf(issue);
      return fields.length === 0
        ? 'is not known: nothing is accepted here'
        : `is not known: accepted are ${fields.join(', ')}`;
    }
    default:
      return 'is not valid';
  }
}

/** @returns the path as people write it: `components[0].componentName` */
function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

/**
 * @param at what the paths begin with; empty for a body
 * @returns every fault of the value, none where the schema takes it
 */
export async function faultsOf(schema: z.ZodType, value: unknown, at: string): Promise<Fault[]> {
  const result = await schema.safeParseAsync(value, { error: messageOf });
  if (result.success) return [];
  const start = at === '' ? [] : [at];
  return result.error.issues.flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]];
    return keys.map((key) => ({
      path: dotted([...start, ...issue.path, ...key]) || 'body',
      message: issue.message,
    }));
  });
}
