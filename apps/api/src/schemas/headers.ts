// The headers that operations on plans take.
import { z } from '@hono/zod-openapi';
import { withHeaders } from './answerHeaders.js';

const REVISION_RULE = `must be a plan's revision such as "7", or *`;

/** Given out as the revision; undefined where any will do. */
const ifMatch = z
  .string()
  .regex(/^(?:\*|\d{1,15}|"\d{1,15}")$/, REVISION_RULE)
  .transform((given) => (given === '*' ? undefined : Number(given.replaceAll('"', ''))))
  .optional()
  .openapi({
    type: 'string',
    description: 'The revision that the plan must be at, such as `"7"`, in quotes or bare; `*` for any',
  });

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters, without spaces')
  .optional()
  .openapi({
    description:
      'Of your own choice, such as a UUID. However often the request is sent with this key, it makes one plan; a ' +
      'repeat answers that plan as it is then. Remembered for 24 hours; a refusal is not',
  });

const prefer = z.string().optional().openapi({ description: '`return=minimal` answers the summary' });

/** Of a command on a plan. */
export const commandHeaders = z.object({ 'if-match': ifMatch });

/** Of an operation that makes a plan. */
export const makingHeaders = z.object({ 'idempotency-key': idempotencyKey, prefer });

/** Of a command that makes another plan. */
export const successionHeaders = z.object({ ...commandHeaders.shape, ...makingHeaders.shape });

/** Of the answer of an operation that makes a plan. */
export const NEW_PLAN_HEADERS = withHeaders('ETag', 'Preference-Applied');
