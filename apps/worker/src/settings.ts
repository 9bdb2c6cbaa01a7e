// What the process is told by its environment.
import {
  CALLBACK_SECRET_RULE,
  CALLBACK_URL_RULE,
  isCallbackSecret,
  isCallbackUrl,
  isPublicUrl,
  KEPT_EVENT_TYPES,
  PUBLIC_URL_RULE,
  parseDuration,
} from '@gradus/domain';
import { InvalidNetwork, parseNetworks } from '@gradus/outbound';
import { z } from 'zod';

/** In milliseconds. */
function duration(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((text, ctx) => {
      try {
        return parseDuration(text);
      } catch {
        ctx.addIssue({ code: 'custom', message: 'must be a duration such as 90s, 10m, 12h or 90d' });
        return z.NEVER;
      }
    });
}

const LONGEST_DRAIN_MS = 3_600_000;

/** In milliseconds; somebody waits for it to pass. */
function drain(fallback: string) {
  return duration(fallback).refine((ms) => ms <= LONGEST_DRAIN_MS, 'must be 1h or less');
}

/** Milliseconds from `least` to `most`. */
function timeout(fallback: string, least: number, most: number) {
  const rule = `must be a duration from ${least / 1_000}s to ${most / 1_000}s`;
  return duration(fallback).refine((ms) => ms >= least && ms <= most, rule);
}

const endpoint = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of the characters A-Z a-z 0-9 _ -'),
  url: z.string().refine(isCallbackUrl, CALLBACK_URL_RULE),
  secrets: z
    .array(z.string().refine(isCallbackSecret, CALLBACK_SECRET_RULE))
    .min(1, 'must have one secret, or two while one takes the place of the other')
    .max(2, 'must have one secret, or two while one takes the place of the other'),
  types: z.array(z.enum(KEPT_EVENT_TYPES)).min(1).optional(),
});

const WEBHOOKS_RULE =
  'must be a JSON list of endpoints, such as ' +
  '[{"name":"ops","url":"https://hooks.example/gradus","secrets":["whsec_…"],"types":["plan.paused"]}]';

const endpoints = z
  .string()
  .default('[]')
  .transform((text, ctx): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      ctx.addIssue({ code: 'custom', message: WEBHOOKS_RULE });
      return z.NEVER;
    }
  })
  .pipe(z.array(endpoint, WEBHOOKS_RULE))
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'has a name twice');

const networks = z
  .string()
  .default('')
  .transform((text, ctx) => {
    try {
      return parseNetworks(text);
    } catch (error) {
      if (!(error instanceof InvalidNetwork)) throw error;
      ctx.addIssue({ code: 'custom', message: 'must be networks such as 10.1.0.0/16,fd00:12::/32' });
      return z.NEVER;
    }
  });

const environment = z.object({
  REDIS_URL: z.string('must be set, such as redis://127.0.0.1:6379'),
  GRADUS_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 of the characters A-Z a-z 0-9 _ -')
    .default('gradus'),
  GRADUS_DISPATCH_RATE: z
    .string()
    .regex(/^\d{1,7}$/, 'must be an integer from 0 (no limit) to 9999999')
    .default('500')
    .transform(Number),
  GRADUS_METRICS_PORT: z
    .string()
    .refine(
      (digits) => /^\d{1,5}$/.test(digits) && Number(digits) <= 65_535,
      'must be an integer from 0 to 65535',
    )
    .transform(Number)
    .optional(),
  GRADUS_METRICS_HOST: z.string().default('127.0.0.1'),
  GRADUS_REQUIRE_RELEASES: z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((text) => text === 'true'),
  GRADUS_PLAN_RETENTION: duration('90d'),
  GRADUS_REDELIVER_DISPATCHED: duration('30s'),
  GRADUS_REDELIVER_RUNNING: duration('5m'),
  GRADUS_RETRY_BACKOFF: duration('10s'),
  GRADUS_RETRY_BACKOFF_MAX: duration('5m'),
  GRADUS_WEBHOOKS: endpoints,
  GRADUS_WEBHOOK_ATTEMPTS: z
    .string()
    .regex(/^([1-9]|[1-9]\d)$/, 'must be an integer from 1 to 99')
    .default('15')
    .transform(Number),
  GRADUS_WEBHOOK_BACKOFF: timeout('6s', 1_000, 3_600_000),
  GRADUS_WEBHOOK_TIMEOUT: timeout('10s', 1_000, 60_000),
  GRADUS_WAIT_REPLICAS: z
    .string()
    .regex(/^(\d{1,2}|100)$/, 'must be an integer from 0 to 100')
    .default('0')
    .transform(Number),
  GRADUS_WAIT_TIMEOUT: timeout('1s', 1_000, 10_000),
  GRADUS_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, PUBLIC_URL_RULE)
    .transform((text) => new URL(text).origin)
    .default(''),
  GRADUS_PUSH_TIMEOUT: timeout('5s', 1_000, 60_000),
  GRADUS_OUTBOUND_NETWORKS: networks,
  GRADUS_DRAIN: drain('10s'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** The environment does not say what it must, or says what cannot be. */
export class InvalidSettings extends Error {
  readonly code = 'invalid-settings';
  constructor(error: z.ZodError) {
    const faults = error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    super(`The settings are not valid:\n${faults.join('\n')}`);
    this.name = 'InvalidSettings';
  }
}

export type Settings = ReturnType<typeof readSettings>;

/**
 * @param env as `process.env`; a variable that is empty counts as not set
 * @throws InvalidSettings naming every variable that is wrong, and never its value
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>) {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(set);
  if (!parsed.success) throw new InvalidSettings(parsed.error);
  const { data } = parsed;
  return {
    redisUrl: data.REDIS_URL,
    namespace: data.GRADUS_NAMESPACE,
    /** Lifecycle tasks a second, fleet-wide; null: no limit. */
    dispatchRate: data.GRADUS_DISPATCH_RATE === 0 ? null : data.GRADUS_DISPATCH_RATE,
    /** Where the metrics can be had; null: nowhere. */
    metrics:
      data.GRADUS_METRICS_PORT === undefined
        ? null
        : { host: data.GRADUS_METRICS_HOST, port: data.GRADUS_METRICS_PORT },
    /** Whether the plans that the worker makes itself, rollbacks, need releases to go back to. */
    requireReleases: data.GRADUS_REQUIRE_RELEASES,
    /** How long an ended plan is kept, in milliseconds. */
    planRetentionMs: data.GRADUS_PLAN_RETENTION,
    timing: {
      dispatchedAgainMs: data.GRADUS_REDELIVER_DISPATCHED,
      runningAgainMs: data.GRADUS_REDELIVER_RUNNING,
      retryBaseMs: data.GRADUS_RETRY_BACKOFF,
      retryMaxMs: data.GRADUS_RETRY_BACKOFF_MAX,
    },
    webhooks: {
      endpoints: data.GRADUS_WEBHOOKS,
      attempts: data.GRADUS_WEBHOOK_ATTEMPTS,
      backoffMs: data.GRADUS_WEBHOOK_BACKOFF,
      withinMs: data.GRADUS_WEBHOOK_TIMEOUT,
    },
    /** How many replicas are to have what led to a push before it is made, and how long that is waited for. */
    replicas: { count: data.GRADUS_WAIT_REPLICAS, withinMs: data.GRADUS_WAIT_TIMEOUT },
    /** How long an LCA may take for its answer to a push. */
    pushWithinMs: data.GRADUS_PUSH_TIMEOUT,
    publicUrl: data.GRADUS_PUBLIC_URL,
    /** Whose addresses may be called though they are not public, and without TLS. */
    outboundNetworks: data.GRADUS_OUTBOUND_NETWORKS,
    /** How long jobs under way may go on once the process is told to end. */
    drainMs: data.GRADUS_DRAIN,
    logLevel: data.LOG_LEVEL,
  };
}
