// Real devices: SWUpdate processes, upgraded by a plan. One gets a package that is not what it says, one a script that
// fails, and one loses its power in the middle of the download.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@gradus/client';
import { afterAll, expect, it } from 'vitest';
import { makeArtifactFolder } from '../support/artifactFolder.js';
import { startGradus } from '../support/gradus.js';
import { BASE, createAsk } from '../support/http.js';
import { waitFor } from '../support/waitFor.js';
import { makeDeviceToken, TENANT } from './ddiDevice.js';
import { startHeldLine } from './heldLine.js';
import { isSwupdateThere, type SwupdateDevice, startSwupdateDevice } from './swupdateDevice.js';
import { type Flaw, makePackage, makeSigningKey } from './swupdatePackage.js';

const TO = { version: '2.0', release: '20' };
const LARGE_BYTES = 1_600_000;
const SHOWN_CHARACTERS = 4_000;
const SHOWN_REQUESTS = 60;

/** Each has a component of its own, and so a package of its own. */
const KINDS: Record<string, { flaw: Flaw; payloadBytes: number }> = {
  good: { flaw: null, payloadBytes: 4_000 },
  large: { flaw: null, payloadBytes: LARGE_BYTES },
  plain: { flaw: null, payloadBytes: 4_000 },
  hash: { flaw: 'bad-hash', payloadBytes: 4_000 },
  script: { flaw: 'failing-script', payloadBytes: 4_000 },
};
const IDS = Object.keys(KINDS);

/** SWUpdate syncs the file system that it installs on: in memory it does not wait for what else the machine writes. */
const DISK = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const scratch = mkdtempSync(join(DISK, 'gradus-swupdate-'));
const artifacts = makeArtifactFolder();
const devices = new Map<string, SwupdateDevice>();
afterAll(async () => {
  await Promise.all([...devices.values()].map((device) => device.stop()));
  rmSync(scratch, { recursive: true, force: true });
});

it.skipIf(!isSwupdateThere)(
  'five SWUpdates are upgraded in two batches, and the plan says of each what is on its disk',
  async ({ onTestFailed }) => {
    onTestFailed(() => {
      for (const [id, device] of devices)
        console.error(`--- ${id}\n${device.log().slice(-SHOWN_CHARACTERS)}`);
    });
    const fleet = makeDeviceToken('fleet');
    const bound = makeDeviceToken('bound', 'large');
    const gradus = await startGradus({
      env: {
        ...artifacts.env,
        GRADUS_DDI_TOKENS: JSON.stringify([fleet.token, bound.token]),
        GRADUS_DDI_PROOF: 'version=version',
        GRADUS_DDI_POLL: '1s',
        GRADUS_DDI_POLL_ACTIVE: '1s',
        LOG_LEVEL: 'debug',
      },
    });
    onTestFailed(() => {
      for (const { method, path, status } of gradus.api.log.slice(-SHOWN_REQUESTS)) {
        console.error(`${method} ${path}: ${status}`);
      }
    });
    const line = await startHeldLine(gradus.url, LARGE_BYTES / 2);
    try {
      const client = createClient({ baseUrl: gradus.url, token: gradus.token });
      const ask = createAsk(gradus);
      const key = makeSigningKey(scratch);
      const payloads = new Map<string, Buffer>();
      for (const [id, { flaw, payloadBytes }] of Object.entries(KINDS)) {
        const folder = join(scratch, id);
        mkdirSync(folder);
        const target = join(folder, 'target');
        const made = makePackage(key, { version: TO.version, target, flaw, payloadBytes });
        payloads.set(id, made.payload);
        const at = `${BASE}/releases/${id}/${TO.version}/${TO.release}/artifacts/${id}.swu`;
        const headers = { 'content-type': 'application/octet-stream' };
        const body = new Uint8Array(made.bytes);
        expect((await ask('PUT', at, { body, headers })).status).toBe(201);
        await client.putAgent(id, { lcaUuid: `${TENANT}:${id}`, components: [{ componentName: id }] });
        const token = id === 'large' ? bound.authorization : fleet.authorization;
        const { certificate } = key;
        const url = id === 'large' ? line.url : gradus.url;
        const resumes = id === 'large';
        devices.set(id, startSwupdateDevice({ id, url, folder, certificate, token, resumes }));
      }
      const onVersion = async (id: string) => (await client.getAgent(id)).components[0]?.actualVersion;
      await waitFor(
        async () => (await Promise.all(IDS.map(onVersion))).every((version) => version === '1.0'),
        {
          what: 'every device to say what it runs',
          timeoutMs: 20_000,
        },
      );

      const { id: planId } = await client.createPlan({
        name: 'SWUpdate',
        fromVersion: '1.0',
        toVersion: TO.version,
        toRelease: TO.release,
        agentIds: IDS,
        batchSizes: [2],
        failureThreshold: 1,
      });
      const large = devices.get('large') ?? expect.unreachable();
      await waitFor(() => large.received() > LARGE_BYTES / 4, {
        what: 'the download to be under way',
        timeoutMs: 40_000,
      });
      await large.cutPower();
      line.letGo();
      await waitFor(async () => (await client.getPlanSummary(planId)).status === 'completed', {
        what: 'the plan to end',
        timeoutMs: 60_000,
      });

      const plan = await client.getPlan(planId);
      const tasks = plan.batches.flatMap((batch) => batch.tasks);
      expect(plan.batches.map(({ agentIds, failedCount }) => [agentIds, failedCount])).toEqual([
        [['good', 'large'], 0],
        [['plain', 'hash', 'script'], 2],
      ]);
      expect(
        Object.fromEntries(tasks.map((task) => [task.agentId, [task.status, task.actualVersion]])),
      ).toEqual({
        good: ['completed', '2.0'],
        large: ['completed', '2.0'],
        plain: ['completed', '2.0'],
        hash: ['failed', '1.0'],
        script: ['failed', '1.0'],
      });
      for (const { agentId, error, status } of tasks) {
        const installed = devices.get(agentId)?.installed();
        const payload = payloads.get(agentId) ?? expect.unreachable();
        expect(installed?.equals(status === 'completed' ? payload : Buffer.from('1.0\n')), agentId).toBe(
          true,
        );
        if (status === 'failed') expect(error).toMatch(/^upgrade failed: ./);
      }
      // What was received before the power was cut was not sent again.
      const downloads = gradus.api.log.filter(
        ({ path, method }) => method === 'GET' && String(path).endsWith('/large.swu'),
      );
      expect(downloads.map(({ status }) => status)).toEqual([200, 206]);
    } finally {
      await Promise.all([...devices.values()].map((device) => device.stop()));
      await line.stop();
      await gradus.stop();
    }
  },
  120_000,
);
