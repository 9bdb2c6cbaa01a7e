// Where the api is, and the token for it: by options, else by the environment.
import { readFileSync } from 'node:fs';
import { UsageError } from './failures.js';

const DEFAULT_URL = 'http://127.0.0.1:3000';
/** What a header can carry. */
const TOKEN = /^[\x21-\x7e]+$/;

export interface ConnectionFlags {
  url?: string;
  token?: string;
  tokenFile?: string;
}

/**
 * @param env a variable that is empty counts as not set
 * @throws UsageError, which never repeats a token
 */
export function readConnection(
  flags: ConnectionFlags,
  env: Readonly<Record<string, string | undefined>>,
): { url: string; token: string } {
  return {
    url: checkedUrl(flags.url ?? (env['GRADUS_URL'] || DEFAULT_URL)),
    token: checkedToken(flags, env['GRADUS_TOKEN'] || undefined),
  };
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  // Not repeated: it may carry a password.
  const rule = 'is not an address of an api, such as http://127.0.0.1:3000: no user, no query, no fragment';
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`What --url or GRADUS_URL says ${rule}.`);
  if (url.username + url.password + url.search + url.hash !== '') {
    throw new UsageError(`What --url or GRADUS_URL says ${rule}.`);
  }
  return url.href;
}

function checkedToken({ token, tokenFile }: ConnectionFlags, fallback: string | undefined): string {
  if (token !== undefined && tokenFile !== undefined) {
    throw new UsageError('--token and --token-file must not stand together: give one of them.');
  }
  const found = tokenFile === undefined ? (token ?? fallback) : readToken(tokenFile);
  if (found === undefined) {
    throw new UsageError('No token: set GRADUS_TOKEN, or give --token-file <path> or --token <token>.');
  }
  if (!TOKEN.test(found)) {
    throw new UsageError('The token has other characters than visible ASCII, or none.');
  }
  return found;
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--token-file cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
