// What somebody fills in to make a plan, and what of it is sent.
import type { PlanInput } from '@gradus/client';
import type { Gate, OnThreshold } from '@gradus/domain';

export interface PlanForm {
  name: string;
  fromVersion: string;
  toVersion: string;
  toRelease: string;
  /** `equal`: all of one size. `growing`: a canary first. */
  cut: 'equal' | 'growing';
  batchSize: string;
  /** As in "1, 5%, 25%". */
  batchSizes: string;
  thresholdPercent: string;
  concurrency: string;
  observeDuration: string;
  gate: Gate;
  onThreshold: OnThreshold;
  taskTimeout: string;
  maxAttempts: string;
  start: 'now' | 'at' | 'by-hand';
  /** In the viewer's zone. */
  startAt: string;
}

export const NEW_FORM: PlanForm = {
  name: '',
  fromVersion: '',
  toVersion: '',
  toRelease: '',
  cut: 'growing',
  batchSize: '10',
  batchSizes: '1, 10%, 30%',
  thresholdPercent: '10',
  concurrency: '5',
  observeDuration: '10m',
  gate: 'auto',
  onThreshold: 'pause',
  taskTimeout: '30m',
  maxAttempts: '1',
  start: 'now',
  startAt: '',
};

const MISSING = {
  name: 'a name',
  fromVersion: 'the version they run',
  toVersion: 'the version they are to run',
  toRelease: 'its release',
} as const;

/** @returns what has to be filled in before anything can be said of the plan */
export function missingOf(form: PlanForm, agentCount: number): string[] {
  const fields = Object.entries(MISSING).filter(
    ([field]) => form[field as keyof typeof MISSING].trim() === '',
  );
  return [...fields.map(([, what]) => what), ...(agentCount === 0 ? ['its agents'] : [])];
}

/** What is no number goes as it is: the api says beside the field what it accepts. */
function numberOr(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

function sizeOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function startInstant(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

export function planInputOf(form: PlanForm, agentIds: readonly string[]): PlanInput {
  const sizes = form.batchSizes.split(/[\s,;]+/).filter((size) => size !== '');
  return {
    name: form.name.trim(),
    fromVersion: form.fromVersion.trim(),
    toVersion: form.toVersion.trim(),
    toRelease: form.toRelease.trim(),
    agentIds,
    ...(form.cut === 'equal' ? { batchSize: numberOr(form.batchSize) } : { batchSizes: sizes.map(sizeOf) }),
    failureThreshold: Number((numberOr(form.thresholdPercent) / 100).toFixed(6)),
    concurrency: numberOr(form.concurrency),
    observeDuration: form.observeDuration.trim(),
    gate: form.gate,
    onThreshold: form.onThreshold,
    taskTimeout: form.taskTimeout.trim(),
    maxAttempts: numberOr(form.maxAttempts),
    autoStart: form.start !== 'by-hand',
    startAt: form.start === 'at' ? startInstant(form.startAt) : undefined,
  };
}
