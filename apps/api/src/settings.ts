// What the process is told by its environment.
import { ITSELF, isPublicUrl, PUBLIC_URL_RULE, parseDuration, SCOPES } from '@gradus/domain';
import { z } from '@hono/zod-openapi';
import { filesPlace } from './artifacts/filesPlace.js';
import { type DdiSettings, deviceTokens, proof } from './ddi/settings.js';
import { algorithms, claimName, jwksUrl, jwtSettings, missingOfJwts } from './jwtSettings.js';

/** More of it would make the expiry of a token mean little. */
const MAX_SKEW_MS = 5 * 60_000;
/** The issuer is not asked more often; a withdrawn key is not believed for longer. */
const REFRESH_MS = { least: 5_000, most: 86_400_000 };

const KEYS_RULE =
  'must be a JSON list with at least one key, such as ' +
  '[{"name":"admin","sha256":"<SHA-256 of the token, in hexadecimal digits>","scopes":["plans:read"]}]';

/** The environment does not say what it must, or says what cannot be. */
export class InvalidSettings extends Error {
  readonly code = 'invalid-settings';
  constructor(faults: readonly string[]) {
    super(`The settings are not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'InvalidSettings';
  }
}

const apiKey = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(200)
    .refine((name) => name !== ITSELF, `must not be ${ITSELF}, which stands for what Gradus does by itself`),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits'),
  scopes: z.array(z.enum(SCOPES)),
  lcaUuid: z.string().min(1).optional(),
});

const apiKeys = z
  .string()
  .transform((text, ctx): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      ctx.addIssue({ code: 'custom', message: KEYS_RULE });
      return z.NEVER;
    }
  })
  .pipe(z.array(apiKey, KEYS_RULE).min(1, KEYS_RULE))
  .refine((keys) => new Set(keys.map(({ name }) => name)).size === keys.length, 'has a name twice');

function integer(min: number, max: number) {
  const rule = `must be an integer from ${min} to ${max}`;
  return z
    .string()
    .refine((digits) => /^\d{1,12}$/.test(digits) && Number(digits) >= min && Number(digits) <= max, rule)
    .transform(Number);
}

function wholeNumber(min: number, max: number, fallback: number) {
  return integer(min, max).prefault(String(fallback));
}

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

const truth = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((text) => text === 'true');

/** WAIT takes 0 for no limit, and a command that takes longer than this is given up. */
const WAIT_AT_MOST_MS = 10_000;

const LONGEST_DRAIN_MS = 3_600_000;

/** In milliseconds; somebody waits for it to pass. */
function drain(fallback: string) {
  return duration(fallback).refine((ms) => ms <= LONGEST_DRAIN_MS, 'must be 1h or less');
}

/** In milliseconds; devices are told in whole seconds, as HH:MM:SS. */
function pollInterval(fallback: string) {
  return duration(fallback).refine((ms) => ms >= 1_000 && ms <= 12 * 3_600_000, 'must be from 1s to 12h');
}

const environment = z.object({
  PORT: wholeNumber(0, 65_535, 3_000),
  HOST: z.string().default('127.0.0.1'),
  REDIS_URL: z.string('must be set, such as redis://127.0.0.1:6379'),
  GRADUS_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, 'must be 1 to 32 of the characters A-Z a-z 0-9 _ -')
    .default('gradus'),
  GRADUS_API_KEYS: apiKeys.optional(),
  GRADUS_JWKS_URL: jwksUrl.optional(),
  GRADUS_JWT_ISSUER: z.string().optional(),
  GRADUS_JWT_AUDIENCE: z.string().optional(),
  GRADUS_JWT_ALGORITHMS: algorithms,
  GRADUS_JWT_CLOCK_SKEW: duration('30s').refine((ms) => ms <= MAX_SKEW_MS, 'must be at most 5m'),
  GRADUS_JWT_SCOPE_CLAIM: claimName,
  GRADUS_JWKS_REFRESH: duration('5m').refine(
    (ms) => ms >= REFRESH_MS.least && ms <= REFRESH_MS.most,
    'must be from 5s to 1d',
  ),
  GRADUS_TRUST_PROXY: truth,
  GRADUS_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, PUBLIC_URL_RULE)
    .transform((text) => new URL(text).origin)
    .optional(),
  GRADUS_ARTIFACTS: filesPlace.optional(),
  GRADUS_ARTIFACT_LIMIT: wholeNumber(1, 999_999_999_999, 8_589_934_592),
  GRADUS_REQUIRE_RELEASES: truth,
  GRADUS_DDI_TOKENS: deviceTokens.optional(),
  GRADUS_DDI_PROOF: proof.optional(),
  GRADUS_DDI_AUTO_REGISTER: truth,
  GRADUS_DDI_COMPONENT: z.string().min(1).max(128).default('firmware'),
  GRADUS_DDI_POLL: pollInterval('5m'),
  GRADUS_DDI_POLL_ACTIVE: pollInterval('30s'),
  GRADUS_DDI_CANCEL_TIMEOUT: duration('10m'),
  GRADUS_METRICS_PORT: integer(0, 65_535).optional(),
  GRADUS_METRICS_HOST: z.string().default('127.0.0.1'),
  GRADUS_MAX_AGENTS_PER_PLAN: wholeNumber(1, 1_000_000, 100_000),
  GRADUS_BODY_LIMIT: wholeNumber(1_024, 1_073_741_824, 16 * 1024 * 1024),
  GRADUS_BODY_BYTES_AT_ONCE: wholeNumber(1_024, 17_179_869_184, 64 * 1024 * 1024),
  GRADUS_REQUESTS_AT_ONCE: wholeNumber(1, 1_000_000, 500),
  GRADUS_WAITING_AT_ONCE: wholeNumber(1, 1_000_000, 12_000),
  GRADUS_CONNECTIONS_AT_ONCE: wholeNumber(1, 1_000_000, 25_000),
  GRADUS_RATE_PER_TOKEN: wholeNumber(0, 1_000_000, 2_000),
  GRADUS_RATE_PER_LCA: wholeNumber(0, 1_000_000, 200),
  GRADUS_REDELIVER_DISPATCHED: duration('30s'),
  GRADUS_REDELIVER_RUNNING: duration('5m'),
  GRADUS_WAIT_REPLICAS: wholeNumber(0, 100, 0),
  GRADUS_WAIT_TIMEOUT: duration('1s').refine(
    (ms) => ms >= 1_000 && ms <= WAIT_AT_MOST_MS,
    'must be a duration from 1s to 10s',
  ),
  GRADUS_DRAIN: drain('10s'),
  GRADUS_DRAIN_NOTICE: drain('0s'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** @returns null where no device is known by a token */
function ddiSettings(data: z.output<typeof environment>): DdiSettings | null {
  const { GRADUS_DDI_TOKENS: tokens, GRADUS_DDI_PROOF: proven } = data;
  if (tokens === undefined || proven === undefined) return null;
  return {
    tokens,
    proof: proven,
    autoRegister: data.GRADUS_DDI_AUTO_REGISTER,
    componentName: data.GRADUS_DDI_COMPONENT,
    pollMs: { idle: data.GRADUS_DDI_POLL, active: data.GRADUS_DDI_POLL_ACTIVE },
    cancelTimeoutMs: data.GRADUS_DDI_CANCEL_TIMEOUT,
    sayAgainMs: data.GRADUS_REDELIVER_DISPATCHED,
  };
}

export type Settings = ReturnType<typeof readSettings>;

/**
 * @param env as `process.env`; a variable that is empty counts as not set
 * @throws InvalidSettings naming every variable that is wrong, and never its value
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>) {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(set);
  const faults = (parsed.error?.issues ?? []).map(({ path: [name, ...rest], message }) =>
    [String(name), ...rest.map(String)].join('.').concat(': ', message),
  );
  faults.push(...missingOfJwts(set));
  if (set['GRADUS_API_KEYS'] === undefined && set['GRADUS_JWKS_URL'] === undefined) {
    faults.push(`GRADUS_API_KEYS: ${KEYS_RULE}; or JWTs must be taken, by GRADUS_JWKS_URL`);
  }
  if (set['GRADUS_DDI_TOKENS'] !== undefined && set['GRADUS_DDI_PROOF'] === undefined) {
    faults.push(
      'GRADUS_DDI_PROOF: must be set with GRADUS_DDI_TOKENS: version=ATTRIBUTE, or success, by which a device that says ' +
        'so is believed',
    );
  }
  if (!parsed.success || faults.length > 0) throw new InvalidSettings(faults);
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    redisUrl: data.REDIS_URL,
    namespace: data.GRADUS_NAMESPACE,
    keys: data.GRADUS_API_KEYS ?? [],
    jwt: jwtSettings(data),
    trustProxy: data.GRADUS_TRUST_PROXY,
    ddi: ddiSettings(data),
    /** Where clients and devices reach the api; null: where each of them asked. */
    publicUrl: data.GRADUS_PUBLIC_URL ?? null,
    /** Where uploaded artifacts are kept; null: none can be uploaded. */
    artifactsPlace: data.GRADUS_ARTIFACTS ?? null,
    artifactLimitBytes: data.GRADUS_ARTIFACT_LIMIT,
    requireReleases: data.GRADUS_REQUIRE_RELEASES,
    /** Where the metrics can be had without a token; null: nowhere. */
    metrics:
      data.GRADUS_METRICS_PORT === undefined
        ? null
        : { host: data.GRADUS_METRICS_HOST, port: data.GRADUS_METRICS_PORT },
    maxAgentsPerPlan: data.GRADUS_MAX_AGENTS_PER_PLAN,
    bodyLimitBytes: data.GRADUS_BODY_LIMIT,
    limits: {
      requests: data.GRADUS_REQUESTS_AT_ONCE,
      waiting: data.GRADUS_WAITING_AT_ONCE,
      bodyBytes: data.GRADUS_BODY_BYTES_AT_ONCE,
    },
    maxConnections: data.GRADUS_CONNECTIONS_AT_ONCE,
    rates: { perToken: data.GRADUS_RATE_PER_TOKEN, perLca: data.GRADUS_RATE_PER_LCA },
    timing: {
      dispatchedAgainMs: data.GRADUS_REDELIVER_DISPATCHED,
      runningAgainMs: data.GRADUS_REDELIVER_RUNNING,
    },
    replicas: { count: data.GRADUS_WAIT_REPLICAS, withinMs: data.GRADUS_WAIT_TIMEOUT },
    /** How long requests under way may go on once the process is told to end. */
    drainMs: data.GRADUS_DRAIN,
    /** For how long before that it says so, and answers everything as before. */
    noticeMs: data.GRADUS_DRAIN_NOTICE,
    logLevel: data.LOG_LEVEL,
  };
}
