// The console at /: the page that apps/console is built to, for anybody. What it shows it asks of the API.
import { fileURLToPath } from 'node:url';
import type { Context, MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { isKnown } from '../entityTag.js';
import type { ApiApp, ApiEnv } from '../env.js';
import { Problem } from '../errors.js';
import { type PageFile, readPageFiles } from './pageFiles.js';

/** As far from the sources as from what is built of them. */
const FOLDER = fileURLToPath(new URL('../../../console/dist/page', import.meta.url));
const INDEX = 'index.html';

/** Where the page shows something of its own: each is answered with the one page, which looks at the path. */
const PAGES = ['/', '/plans/:id', '/new', '/agents', '/agents/:agentId'];

/** Nothing inline, nothing from elsewhere, and no form that is sent anywhere by itself. */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

function answer(c: Context<ApiEnv>, file: PageFile, cacheControl: string): Response {
  c.header('Cache-Control', cacheControl);
  c.header('ETag', file.etag);
  c.header('Vary', 'Accept, Accept-Encoding');
  if (isKnown(c.req.header('If-None-Match'), file.etag)) return c.body(null, 304);
  c.header('Content-Type', file.type);
  if (!/\bgzip\b/.test(c.req.header('Accept-Encoding') ?? '')) return c.body(file.body);
  c.header('Content-Encoding', 'gzip');
  return c.body(file.gzipped);
}

/** Serves the page's files, and the page itself to whoever asks for one: a browser says that it takes HTML. */
export function serveConsole(app: ApiApp): void {
  const files = readPageFiles(FOLDER);

  const page: MiddlewareHandler<ApiEnv> = async (c, next) => {
    if (!(c.req.header('Accept') ?? '').includes('text/html')) return next();
    const index = files.get(INDEX);
    if (index === undefined) throw new Problem('not-found', 'The console is not built: npm run build.');
    return answer(c, index, 'no-cache');
  };
  for (const path of PAGES) app.get(path, headers, page);

  // Their names tell their content: a new one has another name.
  app.get('/assets/:name', headers, async (c, next) => {
    const file = files.get(`assets/${c.req.param('name')}`);
    return file === undefined ? next() : answer(c, file, 'public, max-age=31536000, immutable');
  });
  for (const name of ['favicon.svg', 'theme.js']) {
    app.get(`/${name}`, headers, async (c, next) => {
      const file = files.get(name);
      return file === undefined ? next() : answer(c, file, 'no-cache');
    });
  }
}
