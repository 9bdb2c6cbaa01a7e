// What the api is given of a key: never the token, only its hash.
import { createHash } from 'node:crypto';
import { SCOPES, type Scope } from '@gradus/domain';
import { InvalidArgumentError } from 'commander';
import { commaSeparated } from '../flags.js';

/** @returns in hexadecimal digits */
export function sha256Of(token: string): string {
  return createHash('sha256').update(token).digest('hex');
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
