// The kinds of fields that requests are made of, each with the message that says what is accepted.

import { InvalidDuration, parseDuration } from '@gradus/domain';
import { z } from '@hono/zod-openapi';

/** Identifiers, of agents and whatever else clients may name themselves. */
export const IDENTIFIER = /^[A-Za-z0-9._:-]{1,128}$/;
export const IDENTIFIER_RULE = 'must be 1 to 128 of the characters A-Z a-z 0-9 . _ : -';

export const identifier = z.string().regex(IDENTIFIER, IDENTIFIER_RULE);

/** @returns a string of 1 to `max` characters */
export function text(max: number) {
  return z.string().min(1).max(max);
}

/** @returns an integer from `min` to `max` */
export function integer(min: number, max: number) {
  return z
    .number()
    .refine(
      (value) => Number.isInteger(value) && value >= min && value <= max,
      `must be an integer from ${min} to ${max}`,
    )
    .openapi({ type: 'integer', minimum: min, maximum: max });
}

/** @returns an integer from `min` to `max` as a query has it: in digits */
export function queryInteger(min: number, max: number, fallback: number) {
  const rule = `must be an integer from ${min} to ${max}`;
  return z
    .string()
    .default(String(fallback))
    .transform((digits, ctx) => {
      const value = /^\d{1,9}$/.test(digits) ? Number(digits) : Number.NaN;
      if (value >= min && value <= max) return value;
      ctx.addIssue({ code: 'custom', message: rule });
      return z.NEVER;
    })
    .openapi({ type: 'integer', minimum: min, maximum: max, default: fallback });
}

/** @returns a duration of at least `minMs`, as it was given and in milliseconds */
export function duration(minMs: number, fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((given, ctx) => {
      try {
        const ms = parseDuration(given);
        if (ms >= minMs) return { given, ms };
        ctx.addIssue({ code: 'custom', message: `must be at least ${minMs / 1_000}s` });
      } catch (error) {
        if (!(error instanceof InvalidDuration)) throw error;
        ctx.addIssue({ code: 'custom', message: error.message });
      }
      return z.NEVER;
    })
    .openapi({ type: 'string', default: fallback });
}

/** An instant in UTC; given out as milliseconds since 1970. */
export const instant = z.iso
  .datetime('must be an instant in UTC such as 2026-01-15T08:00:00Z')
  .transform((given) => Date.parse(given))
  .openapi({ type: 'string', format: 'date-time' });

/** An instant as answers have it. */
export const shownInstant = z.iso.datetime().openapi({ example: '2026-01-15T08:00:00Z' });

/** For operations that take no query: one that is sent all the same is not silently passed over. */
export const noQuery = z.strictObject({});

/** The part of a query that turns the pages of a listing. */
export const pageQuery = {
  limit: queryInteger(1, 1_000, 50).openapi({ description: 'Items of a page' }),
  cursor: text(4_096)
    .optional()
    .openapi({ description: 'The nextCursor of the page before; its filters must be repeated' }),
};
