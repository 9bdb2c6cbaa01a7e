// The OpenAPI document: generated from the schemas that validate, served to anybody.
import type { ApiApp } from './env.js';

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
    { name: 'Health', description: 'Probes' },
  ],
};

/** Serves the document of all routes that were registered before. */
export function serveOpenApi(app: ApiApp): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A static key; the scope that an operation takes is named with it',
  });
  const document = JSON.stringify(app.getOpenAPI31Document(INFO));
  app.get('/openapi.json', (c) => c.body(document, 200, { 'Content-Type': 'application/json' }));
}
