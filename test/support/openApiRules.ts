// Whether an OpenAPI document keeps the rules that the field has for them: Redocly's recommended ones, and some more.
import { createConfig, lintFromString } from '@redocly/openapi-core';

/** What is not documented is no part of an example. */
const STRICT = { severity: 'error', allowAdditionalProperties: false } as const;

const RULES = {
  'no-invalid-media-type-examples': STRICT,
  'no-invalid-parameter-examples': STRICT,
  'no-invalid-schema-examples': STRICT,
  'operation-description': 'error',
  'parameter-description': 'error',
  'operation-tag-defined': 'error',
  'operation-4xx-problem-details-rfc7807': 'error',
} as const;

/** @returns what breaks a rule, one line each; of examples that do not fit their schemas too */
export async function brokenRules(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'], rules: RULES });
  const found = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: '/openapi.json',
    config,
  });
  return found.map(({ ruleId, location: [at], message }) => `${ruleId} ${at?.pointer}: ${message}`);
}
