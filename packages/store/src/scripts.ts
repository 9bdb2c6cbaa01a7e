// The Lua scripts by name, and how they are run.
import { readFileSync } from 'node:fs';
import type { PlanStatus } from '@gradus/domain';
import type { Connection } from '@gradus/redis';
import { LUA_CONSTANTS } from './luaConstants.js';
import { NewerPlan, StoreUnavailable } from './port.js';
import { wellFormedJson } from './wellFormed.js';

/** Folder of `lua/` → its scripts. A folder's `shared.lua` is put in front of each of them. */
const FOLDERS = {
  plan: [
    'reserve-plan',
    'write-agents',
    'publish-plan',
    'abandon-plan',
    'start-plan',
    'pause-plan',
    'resume-plan',
    'promote-batch',
    'cancel-plan',
    'delete-plan',
    'fail-plan',
    'name-rollback',
    'open-batch',
    'release-agents',
    'dispatch-task',
    'sweep-batch',
    'observe-batch',
    'close-batch',
    'apply-report',
    'read-snapshot',
  ],
  inventory: ['claim-agents', 'free-agents', 'put-agent', 'record-facts'],
  mailbox: ['put-task', 'take', 'settle-task', 'withdraw-task'],
  idempotency: ['begin-request', 'end-request'],
  schema: ['raise-schema'],
} as const;

export type ScriptName = (typeof FOLDERS)[keyof typeof FOLDERS][number];

const SHARED: Record<keyof typeof FOLDERS, string> = {
  plan: `${LUA_CONSTANTS}\n${read('plan/shared.lua')}`,
  inventory: '',
  mailbox: read('mailbox/shared.lua'),
  idempotency: '',
  schema: '',
};

function read(file: string): string {
  return readFileSync(new URL(`../lua/${file}`, import.meta.url), 'utf8');
}

type Runner = Record<string, (numberOfKeys: number, ...args: string[]) => Promise<unknown>>;

/** Runs scripts on one connection. */
export interface Scripts {
  /** @returns the script's raw answer. @throws StoreUnavailable, NewerPlan */
  raw(name: ScriptName, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** For scripts that take one JSON object and answer JSON. @throws StoreUnavailable, NewerPlan */
  run<Answer>(name: ScriptName, keys: readonly string[], input: object): Promise<Answer>;
}

export function loadScripts(connection: Connection): Scripts {
  for (const [folder, names] of Object.entries(FOLDERS)) {
    const shared = SHARED[folder as keyof typeof FOLDERS];
    for (const name of names) {
      connection.defineCommand(name, { lua: `${shared}\n${read(`${folder}/${name}.lua`)}` });
    }
  }
  const runner = connection as unknown as Runner;
  const raw: Scripts['raw'] = (name, keys, args) => {
    const command = runner[name];
    if (command === undefined) throw new TypeError(`no script is named ${name}`);
    return unlessAway(command.call(connection, keys.length, ...keys, ...args)).catch(throwNewerPlan);
  };
  return {
    raw,
    run: async <Answer>(name: ScriptName, keys: readonly string[], input: object) => {
      const answer = await raw(name, keys, [wellFormedJson(input)]);
      return (typeof answer === 'string' ? JSON.parse(answer) : null) as Answer;
    },
  };
}

const NEWER_PLAN = /NEWERPLAN (\S+) (\d+) (\S+)/;

/** @throws NewerPlan where a plan's script said so; any other error as it is */
function throwNewerPlan(error: unknown): never {
  const [, planId = '', schema, status = ''] =
    (error instanceof Error ? NEWER_PLAN.exec(error.message) : null) ?? [];
  if (schema === undefined) throw error;
  throw new NewerPlan(planId, Number(schema), status as PlanStatus);
}

const AWAY =
  /Connection is closed|due to connection close|Stream isn't writeable|max retries per request|Command timed out|ECONN|EPIPE|ETIMEDOUT|LOADING|CLUSTERDOWN|MASTERDOWN|READONLY|MISCONF|OOM|BUSY|NOREPLICAS|All sentinels|Failed to refresh slots|Cluster isn't ready|Cluster is disconnect|startup nodes|Too many Cluster redirections/i;

/**
 * @returns what the command answers
 * @throws StoreUnavailable where Redis is away, or refuses writes; any other error as it is
 */
export async function unlessAway<Answer>(command: Promise<Answer>): Promise<Answer> {
  try {
    return await command;
  } catch (error) {
    if (error instanceof Error && AWAY.test(`${error.name} ${error.message}`))
      throw new StoreUnavailable(error);
    throw error;
  }
}
