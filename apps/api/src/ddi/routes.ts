// hawkBit's Direct Device Integration, version 1: the calls that devices make, answered from the same mailboxes and by
// the same reports as a check-in. What its clients insist on, and which test holds it: docs/devices.md.
import type { Agent, TaskOrder } from '@gradus/domain';
import type { DeviceWord, Offer } from '@gradus/store';
import type { Context } from 'hono';
import { LRUCache } from 'lru-cache';
import { noSuchArtifact, sendArtifact } from '../artifacts/send.js';
import type { ApiApp, ApiDeps, ApiEnv } from '../env.js';
import { Problem } from '../errors.js';
import { watchWrites } from '../replicated.js';
import { takeReports } from '../takeReports.js';
import { taskOfAction } from './actionIds.js';
import { changed, factsIn, readConfigData } from './configData.js';
import type { Device } from './device.js';
import { addressOf, agentOf, DEVICE_PATH, noSuchDevice, reportOf } from './deviceAgent.js';
import { cancelDocument, deployable, deploymentDocument, pollDocument } from './documents.js';
import { cancelOutcomeOf, outcomeOf, readFeedback } from './feedback.js';
import type { DdiSettings } from './settings.js';

/** How often it is said of a target that devices cannot be given it. */
const SAID_EVERY_MS = 60_000;
const TARGETS_REMEMBERED = 1_000;

const noSuchAction = () => new Problem('not-found', 'The device has no such action.');

/** Success as the clients want it: 200 and nothing else. */
const done = (c: Context<ApiEnv>) => c.body(null, 200);

/** @throws Problem `not-found` where the device is none of the inventory's */
async function deviceOf(c: Context<ApiEnv>, deps: ApiDeps) {
  const device = c.get('device');
  const agent = await agentOf(deps, device);
  if (agent === null) throw noSuchDevice(device.controllerId);
  return { device, agent };
}

/** Registers the routes; who asks has been found out before. */
export function ddiRoutes(app: ApiApp, deps: ApiDeps, settings: DdiSettings): void {
  const { store, logger } = deps;
  const { cancelTimeoutMs, proof, pollMs, sayAgainMs } = settings;
  const saidOf = new LRUCache<string, true>({ max: TARGETS_REMEMBERED, ttl: SAID_EVERY_MS });

  const offerOf = ({ lcaUuid }: Device) => store.mailboxes.offer(lcaUuid, store.now(), cancelTimeoutMs);

  /** @throws Problem `not-found` where nobody knows it and it may not register itself */
  async function register(device: Device): Promise<Agent> {
    const { controllerId, lcaUuid, subject } = device;
    if (!settings.autoRegister || (await store.inventory.get(controllerId)) !== null) {
      throw noSuchDevice(controllerId);
    }
    const components = [{ componentName: settings.componentName }];
    const put = await store.inventory.put(controllerId, { lcaUuid, components });
    if (put.outcome === 'busy') throw noSuchDevice(controllerId);
    logger.info({ agentId: controllerId, lcaUuid, subject }, 'a device has registered itself');
    return put.agent;
  }

  /** The task that the device is to carry out, and its files; null where there is nothing that it could install. */
  async function deploymentOf({ tasks, cancel, isBlocked, device }: Offer) {
    const task = tasks.find(({ lifecycleTaskUuid }) => lifecycleTaskUuid !== device.said?.lifecycleTaskUuid);
    if (task === undefined || cancel !== null || isBlocked) return null;
    const artifacts = deployable(await store.targets.artifactsOf(task));
    if (artifacts.length > 0) return { task, artifacts };
    const { agentId, componentName, toVersion, toRelease } = task;
    const target = `${componentName} ${toVersion} ${toRelease}`;
    if (!saidOf.has(target)) {
      saidOf.set(target, true);
      logger.warn({ agentId, target }, 'devices wait for a release with a file whose SHA-1 is known');
    }
    return null;
  }

  /** What the device said of its task, as a report; with what it runs where its word alone is the proof. */
  function wordAsReport(
    device: Device,
    task: TaskOrder,
    { status, error }: Pick<DeviceWord, 'status' | 'error'>,
  ) {
    const facts =
      status === 'completed' && proof.by === 'success'
        ? { runtimeStatus: 'running', actualVersion: task.toVersion, actualRelease: task.toRelease }
        : null;
    const said = [{ lifecycleTaskUuid: task.lifecycleTaskUuid, status, error }];
    return reportOf(device, task.componentInstanceUuid, facts, said);
  }

  app.get(DEVICE_PATH, async (c) => {
    const device = c.get('device');
    const agent = (await agentOf(deps, device)) ?? (await register(device));
    const [offer, plan] = await Promise.all([offerOf(device), store.inventory.planOf(agent.agentId)]);
    const { configAt, said } = offer.device;
    const unheard = offer.tasks.find(
      ({ lifecycleTaskUuid }) => lifecycleTaskUuid === said?.lifecycleTaskUuid,
    );
    // It says each thing once, where an LCA answers again what it is handed again.
    if (unheard !== undefined && said !== null && said.at + sayAgainMs < store.now()) {
      await takeReports(c, deps, device.lcaUuid, [wordAsReport(device, unheard, said)]);
    }
    const deployment = await deploymentOf(offer);
    const isLive = plan !== null && (plan.status === 'running' || plan.status === 'paused');
    const isNew = configAt === null || configAt < Date.parse(agent.registeredAt);
    // Whoever says that an update succeeded is asked what runs now; again and again for as long as the plan watches.
    const isAsked =
      said?.status === 'completed' &&
      (configAt === null ||
        configAt < said.at ||
        (proof.by === 'attributes' && isLive && plan.isInCurrentBatch && plan.planId === said.planId));
    // But not beside what is to be installed: SWUpdate would never come to it.
    const isFree = deployment === null && offer.cancel === null;
    const isActive =
      offer.tasks.length > 0 ||
      offer.cancel !== null ||
      (plan?.status === 'running' && plan.isInCurrentBatch);
    const told = {
      deployment: deployment?.task.lifecycleTaskUuid ?? null,
      cancel: offer.cancel,
      wantsConfig: isNew || (isAsked && isFree),
      intervalMs: isActive ? pollMs.active : pollMs.idle,
    };
    return c.json(pollDocument(addressOf(c, deps, device), told), 200);
  });

  app.get(`${DEVICE_PATH}/deploymentBase/:actionId`, async (c) => {
    const { device } = await deviceOf(c, deps);
    const confirm = watchWrites(deps);
    const deployment = await deploymentOf(await offerOf(device));
    const uuid = deployment?.task.lifecycleTaskUuid;
    if (deployment === null || taskOfAction(c.req.param('actionId'), [uuid ?? '']) === undefined)
      throw noSuchAction();
    // From here on it has to be told where the task is withdrawn.
    const isThere = await store.mailboxes.handOut(device.lcaUuid, uuid ?? '', store.now());
    if (!isThere) throw noSuchAction();
    await confirm();
    const { task, artifacts } = deployment;
    return c.json(deploymentDocument(addressOf(c, deps, device), task, artifacts), 200);
  });

  app.get(`${DEVICE_PATH}/softwaremodules/:actionId/artifacts/:filename`, async (c) => {
    const { device } = await deviceOf(c, deps);
    const { actionId, filename } = c.req.param();
    const { tasks } = await offerOf(device);
    const task = tasks.find(
      ({ lifecycleTaskUuid }) => taskOfAction(actionId, [lifecycleTaskUuid]) !== undefined,
    );
    const artifacts = task === undefined ? [] : deployable(await store.targets.artifactsOf(task));
    const artifact = artifacts.find((one) => one.filename === filename);
    if (artifact === undefined) throw noSuchArtifact(filename);
    return sendArtifact(c, deps, artifact);
  });

  app.post(`${DEVICE_PATH}/deploymentBase/:actionId/feedback`, async (c) => {
    const { device, agent } = await deviceOf(c, deps);
    const feedback = readFeedback(await c.req.text());
    const { tasks, running, dropped } = await offerOf(device);
    const open = tasks.map(({ lifecycleTaskUuid }) => lifecycleTaskUuid);
    const uuid = taskOfAction(c.req.param('actionId'), [...open, ...dropped]);
    // Of what nobody waits for any more; the clients say it again until they are answered 200.
    if (uuid === undefined) return done(c);
    const outcome = outcomeOf(feedback);
    const about = { agentId: agent.agentId, lcaUuid: device.lcaUuid, lifecycleTaskUuid: uuid };
    if (outcome === 'warning')
      logger.warn({ ...about, details: feedback.details }, 'a device refuses a task for now');
    if (outcome === 'running' || outcome === 'warning') {
      if (open.includes(uuid) && !running.includes(uuid)) {
        const report = reportOf(device, undefined, null, [{ lifecycleTaskUuid: uuid, status: 'running' }]);
        await takeReports(c, deps, device.lcaUuid, [report]);
      }
      return done(c);
    }
    const error =
      outcome === 'failed' ? `upgrade failed: ${feedback.details || 'the device gives no reason'}` : null;
    const word = { lifecycleTaskUuid: uuid, status: outcome, error };
    const task = tasks.find(({ lifecycleTaskUuid }) => lifecycleTaskUuid === uuid);
    if (task === undefined) {
      await takeReports(c, deps, device.lcaUuid, [reportOf(device, undefined, null, [word])]);
      return done(c);
    }
    const plan = await store.inventory.planOf(agent.agentId);
    const said = { ...word, at: store.now(), planId: plan?.planId ?? null };
    await store.mailboxes.rememberDevice(device.lcaUuid, { said });
    await takeReports(c, deps, device.lcaUuid, [wordAsReport(device, task, word)]);
    return done(c);
  });

  app.get(`${DEVICE_PATH}/cancelAction/:actionId`, async (c) => {
    const { device } = await deviceOf(c, deps);
    const { cancel } = await offerOf(device);
    if (cancel === null || taskOfAction(c.req.param('actionId'), [cancel]) === undefined)
      throw noSuchAction();
    return c.json(cancelDocument(cancel), 200);
  });

  app.post(`${DEVICE_PATH}/cancelAction/:actionId/feedback`, async (c) => {
    const { device } = await deviceOf(c, deps);
    const feedback = readFeedback(await c.req.text());
    const { dropped } = await offerOf(device);
    const uuid = taskOfAction(c.req.param('actionId'), dropped);
    const outcome = cancelOutcomeOf(feedback);
    if (uuid === undefined || outcome === 'open') return done(c);
    if (outcome === 'refused') {
      await store.mailboxes.refuseCancel(device.lcaUuid, uuid, store.now(), cancelTimeoutMs);
      return done(c);
    }
    const error =
      outcome === 'failed' ? `not cancelled: ${feedback.details || 'the device gives no reason'}` : null;
    const report = reportOf(device, undefined, null, [{ lifecycleTaskUuid: uuid, status: outcome, error }]);
    await takeReports(c, deps, device.lcaUuid, [report]);
    return done(c);
  });

  app.put(`${DEVICE_PATH}/configData`, async (c) => {
    const { device, agent } = await deviceOf(c, deps);
    const config = readConfigData(await c.req.text());
    const { tasks } = await offerOf(device);
    const [task = null] = tasks;
    await store.inventory.changeAttributes(agent.agentId, (before) => changed(before, config));
    const instanceUuid = task?.componentInstanceUuid ?? agent.components[0]?.componentInstanceUuid;
    const facts = factsIn(config, proof, task);
    await takeReports(c, deps, device.lcaUuid, [reportOf(device, instanceUuid, facts)]);
    // Last: it is asked again where it was not heard.
    await store.mailboxes.rememberDevice(device.lcaUuid, { configAt: store.now() });
    return done(c);
  });
}
