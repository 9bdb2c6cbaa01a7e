// What the fleet can be told by its environment.
import { z } from 'zod';

const rate = z.coerce.number().min(0).max(1).default(0);

const environment = z
  .object({
    GRADUS_URL: z.url().default('http://127.0.0.1:3000'),
    GRADUS_TOKEN: z.string(),
    GRADUS_DEMO_AGENTS: z.coerce.number().int().min(1).max(1_000_000).default(50),
    GRADUS_DEMO_FAILURE_RATE: rate,
    GRADUS_FLEET_SLOW_RATE: rate,
    GRADUS_FLEET_SILENT_RATE: rate,
    GRADUS_FLEET_FALSE_SUCCESS_RATE: rate,
    GRADUS_FLEET_UPGRADE_MS: z.coerce.number().int().min(0).max(3_600_000).default(1500),
    GRADUS_FLEET_AGENTS_PER_LCA: z.coerce.number().int().min(1).default(1),
    GRADUS_FLEET_HEARTBEAT_MS: z.coerce.number().int().min(100).max(3_600_000).default(5000),
    GRADUS_FLEET_SEED: z.string().default('gradus'),
    GRADUS_FLEET_STATE: z.string().optional(),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  })
  .refine(
    (env) =>
      env.GRADUS_DEMO_FAILURE_RATE + env.GRADUS_FLEET_SILENT_RATE + env.GRADUS_FLEET_FALSE_SUCCESS_RATE <= 1,
    'the failure, silent and false success rates are shares of the same upgrades: together at most 1',
  );

/** Rates are shares from 0 to 1. */
export interface FateSettings {
  seed: string;
  failureRate: number;
  slowRate: number;
  silentRate: number;
  falseSuccessRate: number;
  upgradeMs: number;
}

export interface Settings {
  url: string;
  token: string;
  agents: number;
  agentsPerLca: number;
  /** How often an LCA with nothing else to say reports what its agents run. */
  heartbeatMs: number;
  /** Where versions and known tasks are kept; null: nowhere. */
  statePath: string | null;
  logLevel: string;
  fates: FateSettings;
}

/**
 * @param env variables; an empty one counts as unset
 * @throws z.ZodError naming every variable that is missing or wrong
 */
export function parseSettings(env: Record<string, string | undefined>): Settings {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.parse(set);
  return {
    url: parsed.GRADUS_URL.replace(/\/+$/, ''),
    token: parsed.GRADUS_TOKEN,
    agents: parsed.GRADUS_DEMO_AGENTS,
    agentsPerLca: parsed.GRADUS_FLEET_AGENTS_PER_LCA,
    heartbeatMs: parsed.GRADUS_FLEET_HEARTBEAT_MS,
    statePath: parsed.GRADUS_FLEET_STATE ?? null,
    logLevel: parsed.LOG_LEVEL,
    fates: {
      seed: parsed.GRADUS_FLEET_SEED,
      failureRate: parsed.GRADUS_DEMO_FAILURE_RATE,
      slowRate: parsed.GRADUS_FLEET_SLOW_RATE,
      silentRate: parsed.GRADUS_FLEET_SILENT_RATE,
      falseSuccessRate: parsed.GRADUS_FLEET_FALSE_SUCCESS_RATE,
      upgradeMs: parsed.GRADUS_FLEET_UPGRADE_MS,
    },
  };
}
