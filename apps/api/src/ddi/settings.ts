// What is set for devices that speak hawkBit's DDI.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from '@hono/zod-openapi';
import { identifier } from '../schemas/fields.js';

const TOKENS_RULE =
  'must be a JSON list, or the file:// of one, such as ' +
  '[{"name":"fleet","sha256":"<SHA-256 of the token, in hexadecimal digits>","tenant":"DEFAULT"}]';
const PROOF_RULE = 'must be success, version=ATTRIBUTE, or version=ATTRIBUTE,release=ATTRIBUTE';

/** Where something else than a tenant is. */
const TAKEN = ['api', 'docs', 'queues', 'session'];

const TENANT = /^[A-Za-z0-9_-]{1,32}$/;

/** A target token is one device's, and names its `controllerId`; a gateway token is for all of a tenant. */
const token = z.strictObject({
  name: z.string().min(1).max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits'),
  tenant: z
    .string()
    .regex(TENANT, 'must be 1 to 32 of the characters A-Z a-z 0-9 _ -')
    .refine((tenant) => !TAKEN.includes(tenant), `must be none of ${TAKEN.join(', ')}`),
  controllerId: identifier.optional(),
});

export type DeviceToken = z.output<typeof token>;

function read(text: string): unknown {
  return JSON.parse(text.startsWith('file://') ? readFileSync(fileURLToPath(text), 'utf8') : text);
}

export const deviceTokens = z
  .string()
  .transform((text, ctx): unknown => {
    try {
      return read(text);
    } catch {
      ctx.addIssue({ code: 'custom', message: TOKENS_RULE });
      return z.NEVER;
    }
  })
  .pipe(z.array(token, TOKENS_RULE).min(1, TOKENS_RULE));

/**
 * What proves that a device runs what it was to be brought to: its own word that the update succeeded, or an attribute
 * that names its version, maybe with another one that names its release.
 */
export type Proof = { by: 'success' } | { by: 'attributes'; version: string; release: string | null };

export const proof = z.string().transform((text, ctx): Proof => {
  if (text === 'success') return { by: 'success' };
  const [, version, release = null] = /^version=([^,=]{1,128})(?:,release=([^,=]{1,128}))?$/.exec(text) ?? [];
  if (version !== undefined) return { by: 'attributes', version, release };
  ctx.addIssue({ code: 'custom', message: PROOF_RULE });
  return z.NEVER;
});

export interface DdiSettings {
  tokens: readonly DeviceToken[];
  proof: Proof;
  /** Whether a device that nobody knows is registered as it polls. */
  autoRegister: boolean;
  /** The component that such a device has. */
  componentName: string;
  /** How often a device polls that nothing is to be done by, and one that a plan is at. */
  pollMs: { idle: number; active: number };
  cancelTimeoutMs: number;
  /** What a device said last is said again on its behalf where it was not heard of for this long. */
  sayAgainMs: number;
}
