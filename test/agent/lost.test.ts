// A command whose end nobody saw, by what the agent before has left: whether it had begun, and in which boot.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { COMPONENT, type Machine, makeMachine } from './machine.js';
import { type SmallApi, startSmallApi } from './smallApi.js';

vi.setConfig({ testTimeout: 120_000 });

const TOKEN = 'of-the-agent';
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const THIS_BOOT = existsSync(BOOT_ID) ? readFileSync(BOOT_ID, 'utf8').trim() : '';
/** Of no process: numbers end far below. */
const NOBODY = 2 ** 30;

let api: SmallApi;

beforeAll(async () => {
  api = await startSmallApi(TOKEN);
});
afterAll(() => api.stop());

/** What an agent leaves that died with a command of this number and instant. */
function leave(machine: Machine, uuid: string, boot: string, files: string[]): void {
  const order = {
    lifecycleTaskUuid: uuid,
    agentId: machine.agentId,
    componentName: COMPONENT,
    componentInstanceUuid: 'i',
    toVersion: '1.3.0',
    toRelease: '221',
    fromVersion: '1.2.0',
    deadline: '2100-01-01T00:00:00.000Z',
    attempt: 1,
    artifacts: [],
  };
  const command = { pid: NOBODY, identity: `${boot} 1` };
  const task = { order, status: 'running', error: null, command, runs: 1, isCancelled: false, isHeard: true };
  mkdirSync(join(machine.folder, 'state/tasks', uuid), { recursive: true });
  machine.write(
    'state/state.json',
    JSON.stringify({ v: 1, agentId: machine.agentId, tasks: { [uuid]: task } }),
  );
  for (const file of files) machine.write(`state/tasks/${uuid}/${file}`, file === 'exit' ? '3\n' : '');
}

// Elsewhere nothing tells one boot from another.
describe.runIf(THIS_BOOT !== '')('on Linux', () => {
  test.concurrent.each([
    ['had not begun', THIS_BOOT, [], ['not-begun'], 'completed', null],
    ['had begun', THIS_BOOT, ['begun'], [], 'failed', /^interrupted: /],
    ['left its code', THIS_BOOT, ['begun', 'exit'], [], 'failed', /^the command ended with 3$/],
    ['may have begun before a reboot', 'another', [], [], 'failed', /^interrupted: /],
  ] as const)('a command that %s', async (_, boot, files, runs, status, error) => {
    const name = `${boot === THIS_BOOT ? 'this' : 'other'}-${files.join('-')}`;
    const uuid = runs[0] ?? `task-${name}`;
    const ends: (() => Promise<void>)[] = [];
    const machine = makeMachine(`lost-${name}`, TOKEN, (end) => ends.push(end));
    try {
      leave(machine, uuid, boot, [...files]);
      machine.startAgent(api.url);
      const said = await api.untilEnd(uuid);
      expect(said).toMatchObject({ status, error: error === null ? null : expect.stringMatching(error) });
      expect(machine.runs()).toEqual(runs);
    } finally {
      for (const end of ends) await end();
    }
  });
});
