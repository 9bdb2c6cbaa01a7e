// Durations as people write them, in milliseconds.
import { InvalidDuration } from './errors.js';

const MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
const SHORT = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;
const ISO = /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;

/** The longest duration that is accepted: ten years. */
export const MAX_DURATION_MS = 3650 * MS.d;

/**
 * Reads a duration in whole seconds or more.
 *
 * @param text `90s`, `10m`, `1h30m`, `2d`, or the day and time part of ISO 8601 (`PT10M`, `P1DT2H`)
 * @returns milliseconds
 * @throws InvalidDuration where it is neither, or longer than {@link MAX_DURATION_MS}
 */
export function parseDuration(text: string): number {
  const parts = SHORT.exec(text) ?? ISO.exec(text);
  const amounts = parts?.slice(1, 5) ?? [];
  if (!amounts.some((amount) => amount !== undefined) || text.endsWith('T')) throw new InvalidDuration(text);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = amounts.map((amount) => Number(amount ?? 0));
  const ms = days * MS.d + hours * MS.h + minutes * MS.m + seconds * MS.s;
  if (ms > MAX_DURATION_MS) throw new InvalidDuration(text);
  return ms;
}
