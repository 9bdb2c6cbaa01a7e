// What a device says that it is: read into the agent's attributes, and for what it runs.
import type { ComponentFacts, TaskOrder } from '@gradus/domain';
import { z } from 'zod';
import type { Proof } from './settings.js';

const MAX_NAME_CHARACTERS = 128;
const MAX_VALUE_CHARACTERS = 1_024;
/** A device that gives each attribute a new name is not to grow for ever. */
const MAX_ATTRIBUTES = 500;
const MAX_FACT_CHARACTERS = 64;

const configData = z.object({
  mode: z.enum(['merge', 'replace', 'remove']).catch('merge'),
  data: z.record(z.string(), z.unknown()).catch({}),
});

export type ConfigData = Omit<z.output<typeof configData>, 'data'> & { data: Record<string, string> };

/** @param text the body; of what is no JSON nothing is taken */
export function readConfigData(text: string): ConfigData {
  let body: unknown = {};
  try {
    body = JSON.parse(text);
  } catch {
    // A device that is not answered 200 does not update.
  }
  const { mode, data } = configData.catch({ mode: 'merge', data: {} }).parse(body);
  const attributes = Object.entries(data).flatMap(([name, value]): [string, string][] => {
    if (name === '' || name.length > MAX_NAME_CHARACTERS || value === null || typeof value === 'object')
      return [];
    return [[name, String(value).slice(0, MAX_VALUE_CHARACTERS)]];
  });
  return { mode, data: Object.fromEntries(attributes) };
}

/** @returns the attributes as they are from now on */
export function changed(before: Record<string, string>, { mode, data }: ConfigData): Record<string, string> {
  const removed = new Set(mode === 'remove' ? Object.keys(data) : []);
  const kept = mode === 'replace' ? [] : Object.entries(before).filter(([name]) => !removed.has(name));
  const entries = new Map([...kept, ...(mode === 'remove' ? [] : Object.entries(data))]);
  return Object.fromEntries([...entries].slice(0, MAX_ATTRIBUTES));
}

/**
 * What the device runs by its attributes.
 *
 * @param task that the device has; where its release has no attribute, the version stands for both
 * @returns null where they do not say
 */
export function factsIn(
  { mode, data }: ConfigData,
  proof: Proof,
  task: TaskOrder | null,
): Omit<ComponentFacts, 'componentName' | 'componentInstanceUuid'> | null {
  if (proof.by === 'success' || mode === 'remove') return null;
  const version = data[proof.version]?.slice(0, MAX_FACT_CHARACTERS);
  if (version === undefined || version === '') return null;
  const named = proof.release === null ? undefined : data[proof.release]?.slice(0, MAX_FACT_CHARACTERS);
  const implied = proof.release === null && task?.toVersion === version ? task.toRelease : undefined;
  const release = named || implied;
  return {
    runtimeStatus: 'running',
    actualVersion: version,
    ...(release === undefined ? {} : { actualRelease: release }),
  };
}
