// A process that must not come up, and must say why.
import { expect } from 'vitest';
import { makeApiKey } from './apiKeys.js';
import { startApp } from './processes.js';

/** Starts the app and expects it to end by itself, its last words matching. */
export async function expectRefusedStart(
  app: 'api' | 'worker',
  env: Record<string, string>,
  lastWords: RegExp,
): Promise<void> {
  const keys = JSON.stringify([makeApiKey('admin').key]);
  const fault = await startApp(app, { GRADUS_API_KEYS: keys, PORT: '0', ...env }).then(
    () => expect.unreachable(`the ${app} came up`),
    (error: unknown) => String(error),
  );
  expect(fault).toContain('ended: {"code":1');
  expect(fault).toContain('Redis refuses the connection, or cannot be trusted');
  expect(fault).toContain(`"msg":"the ${app} cannot run"`);
  expect(fault).toMatch(lastWords);
}
