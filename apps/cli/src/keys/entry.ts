// What the api is given of a key: never the token, only its hash.
import { createHash } from 'node:crypto';
import { ITSELF, SCOPES, type Scope } from '@gradus/domain';
import { InvalidArgumentError } from 'commander';
import { commaSeparated } from '../flags.js';

const LONGEST_NAME = 200;

/** @returns in hexadecimal digits */
export function sha256Of(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** @throws InvalidArgumentError where the api would not take it */
export function keyName(text: string): string {
  if (text.length < 1 || text.length > LONGEST_NAME) {
    throw new InvalidArgumentError(`It must be 1 to ${LONGEST_NAME} characters.`);
  }
  if (text === ITSELF) {
    throw new InvalidArgumentError(`It must not be ${ITSELF}, which stands for what Gradus does by itself.`);
  }
  return text;
}

/** @throws InvalidArgumentError naming those that there are */
export function scopes(text: string): Scope[] {
  const given = commaSeparated(text);
  const known = SCOPES.filter((scope) => given.includes(scope));
  const unknown = given.filter((scope) => !known.some((one) => one === scope));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(
      `There is no scope ${unknown.join(', ')}; there are ${SCOPES.join(', ')}.`,
    );
  }
  return known;
}
