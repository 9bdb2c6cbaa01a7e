// A Redis that speaks TLS alone to its clients, its certificate signed by a CA that is made for the test.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { freePort } from '../../scripts/ports.mjs';
import { startGradus } from '../support/gradus.js';
import { canStartRedis, createRedisNode, type RedisNode } from '../support/redisNode.js';
import { expectRefusedStart } from '../support/refusedStart.js';
import { waitFor } from '../support/waitFor.js';
import { startWatchedPlan } from '../support/watchedPlan.js';

const MASTER_NAME = 'gradus-tests';

function canMakeCertificates(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('SKIPPED: there is no openssl on the PATH to make certificates with');
    return false;
  }
}

/** Makes `ca.pem`, and `cert.pem` with `key.pem` for 127.0.0.1, signed by it. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await writeFile(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n');
  openssl(
    ...['req', '-x509', ...newKey, '-keyout', 'ca-key.pem', '-out', 'ca.pem'],
    ...['-days', '2', '-subj', '/CN=CA of the tests'],
  );
  openssl('req', ...newKey, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/CN=redis');
  openssl(
    ...['x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial'],
    ...['-out', 'cert.pem', '-days', '2', '-extfile', 'names'],
  );
}

describe.skipIf(!canStartRedis || !canMakeCertificates())('a Redis behind TLS', { timeout: 60_000 }, () => {
  let folder: string;
  let redis: RedisNode;
  let sentinel: RedisNode;
  const urls = { rediss: '', 'rediss+cluster': '', 'rediss+sentinel': '' };
  type Scheme = keyof typeof urls;
  const schemes = Object.keys(urls) as Scheme[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradus-tls-'));
    await makeCertificates(folder);
    const [tlsPort, busPort, sentinelTlsPort] = [await freePort(), await freePort(), await freePort()];
    const certified = [
      ...['--tls-cert-file', join(folder, 'cert.pem'), '--tls-key-file', join(folder, 'key.pem')],
      ...['--tls-ca-cert-file', join(folder, 'ca.pem'), '--tls-auth-clients', 'no'],
    ];
    // The plain ports are for asking whether they are up. A Cluster of one answers as a plain server too.
    redis = await createRedisNode(({ port }) => [
      ...['--port', String(port), '--tls-port', String(tlsPort), ...certified, '--appendonly', 'yes'],
      ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort)],
      // Without these it would name its plain port, and no address, to who asks for its slots.
      ...['--tls-cluster', 'yes', '--cluster-announce-ip', '127.0.0.1'],
    ]);
    sentinel = await createRedisNode(async ({ port, folder: own }) => {
      const file = join(own, 'sentinel.conf');
      await writeFile(file, `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${tlsPort} 1\n`);
      const ports = ['--port', String(port), '--tls-port', String(sentinelTlsPort)];
      return [file, '--sentinel', ...ports, ...certified, '--tls-replication', 'yes'];
    });
    await Promise.all([redis.start(), sentinel.start()]);
    await redis.ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    // Until it has taken them in, it refuses everything.
    await waitFor(async () => String(await redis.ask('CLUSTER', 'INFO')).includes('cluster_state:ok'), {
      what: 'the Cluster of one to be up',
    });
    urls.rediss = `rediss://127.0.0.1:${tlsPort}`;
    urls['rediss+cluster'] = `rediss+cluster://127.0.0.1:${tlsPort}`;
    urls['rediss+sentinel'] = `rediss+sentinel://127.0.0.1:${sentinelTlsPort}/${MASTER_NAME}`;
  });
  afterAll(async () => {
    await Promise.all([redis.remove(), sentinel.remove()]);
    await rm(folder, { recursive: true, force: true });
  });

  it.each(schemes)('has a plan run from start to end over %s, where its CA is known', async (scheme) => {
    const env = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
    const gradus = await startGradus({ redisUrl: urls[scheme], env });
    const plan = await startWatchedPlan(gradus, 20);
    await plan.expectRightEnd();
    await gradus.stop();
  });

  it.each(['api', 'worker'] as const)('ends the %s that does not know its CA, and says so', async (app) => {
    await expectRefusedStart(app, { REDIS_URL: urls.rediss }, /self-signed certificate in certificate chain/);
  });
});
