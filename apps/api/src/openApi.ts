// The OpenAPI document: generated from the schemas that validate, served to anybody.
import type { ApiApp } from './env.js';
import { COOKIE } from './sessions.js';

const INFO = {
  openapi: '3.1.0',
  info: {
    title: 'Gradus',
    version: '1.0',
    description: 'Graduated over-the-air upgrades for fleets of agents.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'Plans', description: 'Upgrade plans: made, watched and steered by operators' },
    { name: 'Inventory', description: 'The agents that plans upgrade' },
    { name: 'LCAs', description: 'The lifecycle agents that carry the upgrades out' },
    { name: 'Sessions', description: 'Browsers, signed in by a token' },
    { name: 'Health', description: 'Probes' },
  ],
};

/** Serves the document of all routes that were registered before. */
export function serveOpenApi(app: ApiApp): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A static key or a JWT; the scope that an operation takes is named with it',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: COOKIE,
    description:
      'The session of a browser, with the scopes of the token that began it. Under TLS the name begins with __Host-. ' +
      'A request that changes something must come from a page of this address',
  });
  const document = JSON.stringify(app.getOpenAPI31Document(INFO));
  app.get('/openapi.json', (c) => c.body(document, 200, { 'Content-Type': 'application/json' }));
}
