// Whether anything is traced, by OpenTelemetry's own settings; where not, nothing of its SDK is loaded.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { isTraced, startTraces } from '../../packages/traces/src/startTraces.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENDPOINT = 'http://127.0.0.1:4318';

it.each([
  [{}, false],
  [{ OTEL_SERVICE_NAME: 'gradus' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${ENDPOINT}/v1/traces` }, true],
  [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_SDK_DISABLED: 'true' }, false],
])('%o: %s', (env: Record<string, string>, is) => {
  expect(isTraced(env)).toBe(is);
});

it('nothing is started where nothing is to be traced', async () => {
  expect(await startTraces('api', {})).toBeNull();
});

it('an api and a worker that trace nothing load the interface alone', () => {
  const source = `
    import Module from 'node:module';
    import { startTraces } from './packages/traces/dist/index.js';
    await import('./apps/api/dist/app.js');
    await import('./apps/worker/dist/startWorkers.js');
    await startTraces('api', {});
    const off = Object.keys(Module._cache);
    await startTraces('api', { OTEL_TRACES_EXPORTER: 'console' });
    const on = Object.keys(Module._cache);
    console.log(JSON.stringify({ off, on }));
    process.exit();
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const { off, on } = JSON.parse(stdout) as Record<'off' | 'on', string[]>;
  const ofSdk = (files: readonly string[]) =>
    files.filter((file) => /node_modules\/(bullmq-otel|@opentelemetry\/(?!api\/))/.test(file));
  expect(ofSdk(on).length).toBeGreaterThan(50);
  expect(ofSdk(off)).toEqual([]);
});
