// The worker's settings, from the environment.
import { z } from 'zod';

const schema = z.object({
  REDIS_URL: z.string().min(1),
  GRADUS_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/)
    .default('gradus'),
  /** Lifecycle tasks a second, fleet-wide; 0: no limit. */
  GRADUS_DISPATCH_RATE: z.coerce.number().int().min(0).max(1_000_000).default(500),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type Settings = z.infer<typeof schema>;

/** An environment that does not make settings; the message names each variable and its fault. */
export class InvalidSettings extends Error {
  readonly code = 'invalid-settings';
  constructor(issues: { path: PropertyKey[]; message: string }[]) {
    super(issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
    this.name = 'InvalidSettings';
  }
}

/** @throws InvalidSettings */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = schema.safeParse(env);
  if (!parsed.success) throw new InvalidSettings(parsed.error.issues);
  return parsed.data;
}
