// Where a browser is, and whether a request comes from our own pages: a cookie alone does not say who meant it.
import type { Context } from 'hono';
import type { ApiEnv } from './env.js';
import { Problem } from './errors.js';

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * @param trustProxy whether the proxy in front is believed that it ended TLS
 * @returns the address as the browser has it
 */
export function addressOf(c: Context<ApiEnv>, trustProxy: boolean): URL {
  const address = new URL(c.req.url);
  const [scheme] = (c.req.header('X-Forwarded-Proto') ?? '').split(',');
  if (trustProxy && scheme?.trim() === 'https') address.protocol = 'https:';
  return address;
}

/**
 * hono's csrf looks at the bodies alone that a form can send; here every request counts that changes something.
 *
 * @throws Problem `forbidden` where the browser does not say that one of our own pages sent it
 */
export function assertSameOrigin(c: Context<ApiEnv>, trustProxy: boolean): void {
  if (SAFE_METHODS.includes(c.req.method)) return;
  const site = c.req.header('Sec-Fetch-Site');
  const isOurs =
    site === undefined ? c.req.header('Origin') === addressOf(c, trustProxy).origin : site === 'same-origin';
  if (isOurs) return;
  throw new Problem(
    'forbidden',
    'Browser sessions are for our own pages: Sec-Fetch-Site must be same-origin, or Origin be this address.',
  );
}
