// A simulated LCA: one check-in waits for work, another brings reports as soon as they are there.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@gradus/client';
import type { CheckInAnswer } from '@gradus/domain';
import type { Logger } from 'pino';
import { backOff, type Connection, isRefusal } from './connection.js';
import type { Device } from './device.js';
import type { Outbox } from './outbox.js';

const WAIT_S = 25;
/** Reports that become ready within this time share a check-in. */
const GATHER_MS = 5;
const REPORTS_PER_CHECK_IN = 1000;
/** Between two waits where the api does not hold them open. */
const UNHELD_PAUSE_MS = 1000;

interface LcaParts {
  lcaUuid: string;
  client: Client;
  devices: readonly Device[];
  heartbeatMs: number;
  outbox: Outbox;
  connection: Connection;
  log: Logger;
  signal: AbortSignal;
}

/** Runs until the signal aborts, and throws its reason then. */
export async function runLca({
  lcaUuid,
  client,
  devices,
  heartbeatMs,
  outbox,
  connection,
  log,
  signal,
}: LcaParts): Promise<void> {
  const byAgentId = new Map(devices.map((device) => [device.agentId, device]));

  function carryOut({ tasks, cancel }: CheckInAnswer): void {
    for (const task of tasks) byAgentId.get(task.agentId)?.take(task);
    for (const uuid of cancel) devices.find((device) => device.knows(uuid))?.cancel(uuid);
  }

  async function checkIn(request: Parameters<Client['checkIn']>[1]): Promise<CheckInAnswer> {
    const since = performance.now();
    const answer = await client.checkIn(lcaUuid, request, { signal });
    connection.succeeded(since);
    carryOut(answer);
    return answer;
  }

  async function waitForWork(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const since = performance.now();
      try {
        const { tasks, cancel } = await checkIn({ reports: [], wait: WAIT_S });
        failures = 0;
        const wasHeld = performance.now() - since > UNHELD_PAUSE_MS;
        if (tasks.length + cancel.length === 0 && !wasHeld) {
          await sleep(UNHELD_PAUSE_MS, undefined, { signal });
        }
      } catch (error) {
        if (signal.aborted) throw error;
        connection.failed(error);
        failures += 1;
        await backOff(failures, error, signal);
      }
    }
  }

  /** Between two reports, never beside one: what an agent ran before must not be heard after what it runs now. */
  async function beat(): Promise<void> {
    for (let start = 0; start < devices.length; start += REPORTS_PER_CHECK_IN) {
      const beats = devices.slice(start, start + REPORTS_PER_CHECK_IN).map((device) => device.beat());
      try {
        await checkIn({ reports: beats.filter((report) => report !== null), wait: 0 });
      } catch (error) {
        if (signal.aborted) throw error;
        connection.failed(error);
        return;
      }
    }
  }

  async function bringReports(): Promise<void> {
    let failures = 0;
    let limit = REPORTS_PER_CHECK_IN;
    while (!signal.aborted) {
      if (!(await outbox.filled(heartbeatMs))) {
        await beat();
        continue;
      }
      await sleep(GATHER_MS, undefined, { signal });
      const parcel = outbox.take(limit);
      try {
        await checkIn({ reports: [...parcel.values()], wait: 0 });
        failures = 0;
        limit = REPORTS_PER_CHECK_IN;
      } catch (error) {
        if (signal.aborted) throw error;
        if (isRefusal(error) && parcel.size === 1) {
          log.error({ err: error, lcaUuid, reports: [...parcel.values()] }, 'the api refuses a report');
          continue;
        }
        outbox.putBack(parcel);
        if (isRefusal(error)) {
          // One bad report has the whole check-in refused: halve until it stands alone.
          limit = Math.ceil(parcel.size / 2);
          continue;
        }
        connection.failed(error);
        failures += 1;
        await backOff(failures, error, signal);
      }
    }
  }

  await Promise.all([waitForWork(), bringReports()]);
}
