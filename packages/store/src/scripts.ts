// The Lua scripts by name, and how they are run.
import { readFileSync } from 'node:fs';
import type { Connection } from '@gradus/redis';
import { LUA_CONSTANTS } from './luaConstants.js';
import type { Occurrence } from './port.js';
import { throwNewerPlan, unlessAway } from './storeFaults.js';
import { travelTogether } from './travelTogether.js';
import { wellFormedJson } from './wellFormed.js';

/** Folder of `lua/` → its scripts. */
const FOLDERS = {
  plan: [
    'reserve-plan',
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
    'note-announced',
  ],
  making: ['write-agents'],
  mailbox: [
    'put-task',
    'take',
    'give-back',
    'settle-task',
    'withdraw-task',
    'offer',
    'hand-out-task',
    'refuse-cancel',
    'put-lca',
    'note-push',
  ],
  facts: ['record-facts'],
  inventory: ['claim-agents', 'free-agents', 'put-agents', 'count-versions'],
  idempotency: ['begin-request', 'end-request'],
  schema: ['raise-schema'],
  releases: ['put-release', 'use-releases'],
} as const;

const STANDING_ALONE = new Set<string>([
  ...FOLDERS.making,
  ...FOLDERS.inventory,
  ...FOLDERS.idempotency,
  ...FOLDERS.schema,
  ...FOLDERS.releases,
]);

export type ScriptName = (typeof FOLDERS)[keyof typeof FOLDERS][number];

/**
 * How many calls may travel together at most: all of them must not hold Redis for more than some milliseconds. What may
 * take long by itself goes alone.
 */
const AT_ONCE: Partial<Record<ScriptName, number>> = {
  'record-facts': 50,
  'apply-report': 50,
  'dispatch-task': 100,
  'put-task': 100,
  'settle-task': 100,
  take: 16,
  offer: 50,
};

const VERSIONS = read('inventory/shared.lua');
/** Each builds on those before it. */
const PLAN_SHARED = ['rows', 'header', 'agents', 'tasks', 'batch'];

/** What is put in front of a folder's scripts. */
const SHARED: Partial<Record<keyof typeof FOLDERS, string>> = {
  plan: [LUA_CONSTANTS, ...PLAN_SHARED.map((part) => read(`plan/shared/${part}.lua`))].join('\n'),
  mailbox: read('mailbox/shared.lua'),
  facts: `${VERSIONS}\n${read('facts/shared.lua')}`,
  inventory: VERSIONS,
};

function read(file: string): string {
  return readFileSync(new URL(`../lua/${file}`, import.meta.url), 'utf8');
}

function sourceOf(folder: keyof typeof FOLDERS, name: string): string {
  const source = read(`${folder}/${name}.lua`);
  const shared = SHARED[folder] ?? '';
  if (STANDING_ALONE.has(name)) return `${shared}\n${source}`;
  return `${shared}\nlocal function step()\n${source}\nend\n${read('each.lua')}`;
}

type Runner = Record<string, (numberOfKeys: number, ...args: string[]) => Promise<unknown>>;

/** Runs scripts on one connection. */
export interface Scripts {
  /** @returns the script's raw answer. @throws StoreUnavailable, NewerPlan */
  raw(name: ScriptName, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /**
   * For scripts that take one JSON object and answer JSON. What is asked for at the same moment may travel together;
   * calls that do not await each other keep no order.
   *
   * @throws StoreUnavailable, NewerPlan
   */
  run<Answer>(name: ScriptName, keys: readonly string[], input: object): Promise<Answer>;
}

/**
 * @param isInSlots what is in different slots cannot be in one script there
 * @param onOccurrence told once of each thing that a step of this connection has brought about
 */
export function loadScripts(
  connection: Connection,
  isInSlots: boolean,
  onOccurrence: (occurrence: Occurrence) => void = () => undefined,
): Scripts {
  for (const [folder, names] of Object.entries(FOLDERS)) {
    for (const name of names) {
      connection.defineCommand(name, { lua: sourceOf(folder as keyof typeof FOLDERS, name) });
    }
  }
  const runner = connection as unknown as Runner;
  const raw: Scripts['raw'] = (name, keys, args) => {
    const command = runner[name];
    if (command === undefined) throw new TypeError(`no script is named ${name}`);
    return unlessAway(command.call(connection, keys.length, ...keys, ...args)).catch(throwNewerPlan);
  };
  const together = travelTogether(AT_ONCE, isInSlots, async (name: ScriptName, keys, args) => {
    const [answers, noted] = (await raw(name, keys, args)) as [unknown[], string];
    if (noted !== '') for (const occurrence of JSON.parse(noted) as Occurrence[]) onOccurrence(occurrence);
    return answers;
  });
  return {
    raw,
    run: async <Answer>(name: ScriptName, keys: readonly string[], input: object) => {
      const text = wellFormedJson(input);
      const answer = await (STANDING_ALONE.has(name) ? raw(name, keys, [text]) : together(name, keys, text));
      return (typeof answer === 'string' && answer !== '' ? JSON.parse(answer) : null) as Answer;
    },
  };
}
