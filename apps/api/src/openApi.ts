// The OpenAPI document: generated from the schemas that validate, served to anybody.
import { PROBLEM_CODES } from '@gradus/domain';
import type { ApiApp } from './env.js';
import { PROBLEMS } from './errors.js';
import { PROBLEM_EXAMPLES } from './examples/problems.js';
import { INFO } from './openApiInfo.js';
import { ANSWER_HEADERS, withHeaders } from './schemas/answerHeaders.js';
import { COOKIE } from './sessions.js';

export const OPEN_API_PATH = '/openapi.json';

type Document = ReturnType<ApiApp['getOpenAPI31Document']>;
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>;

function registerComponents({ openAPIRegistry: registry }: ApiApp): void {
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A static key or a JWT; the scope that an operation takes is named with it',
  });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: COOKIE,
    description:
      'The session of a browser, with the scopes of the token that began it. Under TLS the name begins with __Host-. ' +
      'A request that changes something must come from a page of this address',
  });
  for (const [name, header] of Object.entries(ANSWER_HEADERS)) {
    registry.registerComponent('headers', name, header);
  }
  for (const code of PROBLEM_CODES) {
    registry.registerComponent('examples', code, {
      summary: PROBLEMS[code].title,
      value: PROBLEM_EXAMPLES[code],
    });
  }
}

/** What the operation takes, in words: tools that show the document pass over the scopes of a bearer token. */
function scopeOf({ security = [] }: Operation): string {
  if (security.length === 0) return 'Takes no token.';
  const [scope] = security.flatMap((requirement) => Object.values(requirement).flat());
  return scope === undefined ? 'Takes any token.' : `Takes the scope \`${scope}\`.`;
}

/** Says of every operation what all have in common, which their definitions do not repeat. */
function complete(document: Document): Document {
  const operations = Object.values(document.paths ?? {}).flatMap(
    (path) => Object.values(path) as Operation[],
  );
  for (const operation of operations) {
    operation.description = [operation.description, scopeOf(operation)].join('\n\n');
    for (const response of Object.values(operation.responses ?? {})) {
      response.headers = { ...withHeaders('X-Request-Id').headers, ...response.headers };
    }
  }
  return document;
}

/** Serves the document of all routes that were registered before. */
export function serveOpenApi(app: ApiApp): void {
  registerComponents(app);
  const document = JSON.stringify(complete(app.getOpenAPI31Document(INFO)));
  app.get(OPEN_API_PATH, (c) => c.body(document, 200, { 'Content-Type': 'application/json' }));
}
