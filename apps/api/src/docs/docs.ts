// The interactive documentation at /docs: Swagger UI out of its package, for anybody, with nothing from elsewhere.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { isKnown, taggedWith } from '../entityTag.js';
import type { ApiEnv } from '../env.js';
import { OPEN_API_PATH } from '../openApi.js';
import { docsPage, startScript } from './page.js';

export const DOCS_PATH = '/docs';

const FILES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ['data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

/** @returns the app that is mounted at {@link DOCS_PATH} */
export function createDocs(): Hono<ApiEnv> {
  const require = createRequire(import.meta.url);
  const { version } = require('swagger-ui-dist/package.json') as { version: string };
  const etag = `"swagger-ui-${version}"`;
  const start = startScript(OPEN_API_PATH);
  const app = new Hono<ApiEnv>();
  app.use(headers);
  app.get('/', (c) => c.html(docsPage(DOCS_PATH)));
  app.get('/start.js', (c) => c.body(start, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  for (const [name, type] of Object.entries(FILES)) {
    const file = readFileSync(require.resolve(`swagger-ui-dist/${name}`));
    app.get(`/${name}`, (c) => {
      if (isKnown(c.req.header('If-None-Match'), etag)) return c.body(null, 304, taggedWith(etag));
      return c.body(file, 200, { 'Content-Type': type, ...taggedWith(etag) });
    });
  }
  return app;
}
