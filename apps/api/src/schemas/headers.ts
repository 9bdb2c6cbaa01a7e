// The headers that operations on plans take.
import { z } from '@hono/zod-openapi';

const REVISION_RULE = `must be a plan's revision such as "7", or *`;

/** Given out as the revision; undefined where any will do. */
const ifMatch = z
  .string()
  .regex(/^(?:\*|\d{1,15}|"\d{1,15}")$/, REVISION_RULE)
  .transform((given) => (given === '*' ? undefined : Number(given.replaceAll('"', ''))))
  .optional()
  .openapi({
    type: 'string',
    description: 'The revision that the plan must be at, in quotes or bare; * for any',
    example: '"7"',
  });

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters, without spaces')
  .optional()
  .openapi({
    description:
      'However often the request is sent with this key, it makes one plan; remembered for 24 hours',
    example: '5f0c6a4e-upgrade-hall-2',
  });

const prefer = z
  .string()
  .optional()
  .openapi({ description: '`return=minimal` answers the summary', example: 'return=minimal' });

/** Of a command on a plan. */
export const commandHeaders = z.object({ 'if-match': ifMatch });

/** Of an operation that makes a plan. */
export const makingHeaders = z.object({ 'idempotency-key': idempotencyKey, prefer });

/** Of a command that makes another plan. */
export const successionHeaders = z.object({ ...commandHeaders.shape, ...makingHeaders.shape });
