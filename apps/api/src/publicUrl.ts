// Where clients and devices reach the api, for the addresses that it gives them.
import type { Context } from 'hono';
import type { ApiDeps, ApiEnv } from './env.js';
import { addressOf } from './origins.js';

/** @returns the address without a slash at its end: as it is set, else as whoever asks has it */
export function publicUrlOf(
  c: Context<ApiEnv>,
  { publicUrl, trustProxy }: Pick<ApiDeps, 'publicUrl' | 'trustProxy'>,
): string {
  return publicUrl ?? addressOf(c, trustProxy).origin;
}
