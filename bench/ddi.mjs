// A fleet of devices that speak DDI, rolled out by one plan: how long that takes and what it costs. Prints one table
// row; `npm run bench:ddi -- --devices 1000 --poll 5 --concurrency 200`.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startDevices } from './ddiDevices.mjs';
import { say, startSystem } from './system.mjs';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000' },
    poll: { type: 'string', default: '5' },
    concurrency: { type: 'string', default: '200' },
    kilobytes: { type: 'string', default: '256' },
    workers: { type: 'string', default: '1' },
  },
});
const [devices, poll, concurrency, kilobytes, workers] = [
  values.devices,
  values.poll,
  values.concurrency,
  values.kilobytes,
  values.workers,
].map(Number);
const LOOK_EVERY_MS = 200;
const FROM = '1.0';
const TO = { version: '2.0', release: '20' };

const folder = mkdtempSync(join(tmpdir(), 'gradus-bench-artifacts-'));
const gateway = randomBytes(16).toString('hex');
const sha256 = createHash('sha256').update(gateway).digest('hex');
const { client, redis, stop, token, url, cpuSeconds } = await startSystem({
  workers,
  apiEnv: {
    GRADUS_ARTIFACTS: pathToFileURL(folder).href,
    GRADUS_DDI_TOKENS: JSON.stringify([{ name: 'fleet', sha256, tenant: 'DEFAULT' }]),
    GRADUS_DDI_PROOF: 'version=version',
    GRADUS_DDI_AUTO_REGISTER: 'true',
    GRADUS_DDI_POLL: `${poll}s`,
    GRADUS_DDI_POLL_ACTIVE: `${poll}s`,
  },
});
try {
  const at = `${url}/api/v1/lifecycle/releases/firmware/${TO.version}/${TO.release}/artifacts/firmware.swu`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
  const uploaded = await fetch(at, { method: 'PUT', headers, body: randomBytes(kilobytes * 1024) });
  if (!uploaded.ok) throw new Error(await uploaded.text());

  const ids = Array.from({ length: devices }, (_, index) => `device-${index}`);
  const fleet = await startDevices({ url, token: gateway, ids, fromVersion: FROM });
  for (let known = 0; known < devices; await wait(LOOK_EVERY_MS)) {
    known = 0;
    for await (const _ of client.listAgents({ version: FROM, limit: 1_000 })) known += 1;
  }
  say(`${devices} devices have registered themselves`);

  const used = async () => ({
    at: performance.now(),
    commands: await redis.commands(),
    redis: await redis.cpuSeconds(),
    api: cpuSeconds('api'),
    workers: cpuSeconds('worker'),
    told: await fleet.told(),
  });
  await used();
  const idleFrom = await used();
  await wait(poll * 2_000);
  const before = await used();
  const plan = {
    name: 'DDI',
    fromVersion: FROM,
    toVersion: TO.version,
    toRelease: TO.release,
    agentIds: ids,
  };
  const { id } = await client.createPlan({ ...plan, batchSizes: ['5%', '25%'], concurrency });
  let summary = await client.getPlanSummary(id);
  for (; summary.completedAt === null; await wait(LOOK_EVERY_MS)) summary = await client.getPlanSummary(id);
  const after = await used();
  await fleet.stop();

  const seconds = (after.at - before.at) / 1_000;
  const requests = after.told.requests - before.told.requests;
  const polls = before.told.polls - idleFrom.told.polls;
  const ofPoll = (before.commands - idleFrom.commands) / polls;
  const ms = after.told.ms.toSorted((a, b) => a - b);
  const within = (/** @type {number} */ share) => `${(ms[Math.floor(ms.length * share)] ?? 0).toFixed(1)} ms`;
  const usOf = (/** @type {'redis' | 'api' | 'workers'} */ who) =>
    Math.round(((after[who] - before[who]) * 1e6) / devices);
  console.log(
    '| devices | poll | concurrency | workers | upgraded right | all | requests | requests/s | Redis commands an idle poll | half of the polls within | 99 of 100 within | µs per device: Redis | api | workers | refused |',
  );
  console.log(`|${' --- |'.repeat(15)}`);
  console.log(
    `| ${devices} | ${poll} s | ${concurrency} | ${workers} | ${summary.counts.completed} | ${seconds.toFixed(1)} s | ` +
      `${requests} | ${Math.round(requests / seconds)} | ${ofPoll.toFixed(1)} | ${within(0.5)} | ${within(0.99)} | ` +
      `${usOf('redis')} | ${usOf('api')} | ${usOf('workers')} | ${after.told.refused} |`,
  );
  process.exitCode = summary.counts.completed === devices && after.told.spoilt === 0 ? 0 : 1;
} finally {
  await stop();
  rmSync(folder, { recursive: true, force: true });
}
