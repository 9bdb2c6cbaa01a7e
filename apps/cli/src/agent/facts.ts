// What the instance runs and how it is, as the given commands say.
import type { ComponentFacts } from '@gradus/domain';
import { type Answer, ask, ProbeFault } from './probe.js';

interface Version {
  version: string;
  release: string;
}

/** `version` is why it is not known, where it is not. */
export interface Facts {
  runtimeStatus: string;
  version: Version | ProbeFault;
}

export interface FactCommands {
  versionExec: string;
  healthExec?: string | undefined;
}

/** Those that turn an upgraded instance's task `failed`. */
const BAD: ReadonlySet<string> = new Set(['crashed', 'failed', 'stopped']);
/** What the api takes. */
const MAX_CHARACTERS = 64;

/** @throws the signal's reason where that aborts */
export async function measure(
  { versionExec, healthExec }: FactCommands,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Facts> {
  const [version, runtimeStatus] = await Promise.all([
    ask(versionExec, env, signal).then(toVersion).catch(faultsOnly),
    healthExec === undefined
      ? 'running'
      : ask(healthExec, env, signal)
          .then(toStatus)
          .catch((error) => faultsOnly(error) && 'failed'),
  ]);
  return { runtimeStatus, version };
}

function faultsOnly(error: unknown): ProbeFault {
  if (error instanceof ProbeFault) return error;
  throw error;
}

/** Of `1.3.0 221`, or of a JSON object with `version` and `release`. @throws ProbeFault */
function toVersion({ code, text }: Answer): Version {
  if (code !== 0) throw new ProbeFault(`ended with ${code ?? 'a signal'}`);
  const [version, release, ...rest] = text.startsWith('{') ? wordsOfJson(text) : text.split(/\s+/);
  if (!isFact(version) || !isFact(release) || rest.length > 0) {
    throw new ProbeFault('wrote neither "VERSION RELEASE" nor JSON with version and release');
  }
  return { version, release };
}

function wordsOfJson(text: string): unknown[] {
  try {
    const { version, release } = JSON.parse(text);
    return [version, typeof release === 'number' ? String(release) : release];
  } catch {
    return [];
  }
}

function isFact(word: unknown): word is string {
  return typeof word === 'string' && word !== '' && word.length <= MAX_CHARACTERS;
}

/** What it wrote in its first line; of one that did not end well only what is bad. */
function toStatus({ code, text }: Answer): string {
  const word = text.split('\n', 1)[0]?.trim().slice(0, MAX_CHARACTERS) ?? '';
  if (code === 0) return word || 'running';
  return BAD.has(word) ? word : 'failed';
}

/** Whether it runs well on the target. */
export function isDone(
  { version, runtimeStatus }: Facts,
  target: { toVersion: string; toRelease: string },
): boolean {
  if (version instanceof ProbeFault || BAD.has(runtimeStatus)) return false;
  return version.version === target.toVersion && version.release === target.toRelease;
}

/** For a sentence that begins with the component's name. */
export function factsText({ version, runtimeStatus }: Facts): string {
  if (version instanceof ProbeFault) return `is ${runtimeStatus}, and the version command ${version.message}`;
  return `is ${runtimeStatus} on ${version.version} (release ${version.release})`;
}

/** As they are reported; what is not known is left out. */
export function toComponent(componentName: string, { version, runtimeStatus }: Facts): ComponentFacts {
  if (version instanceof ProbeFault) return { componentName, runtimeStatus };
  return { componentName, runtimeStatus, actualVersion: version.version, actualRelease: version.release };
}
