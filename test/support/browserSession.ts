// Signing in as a page of the api's own does, without a browser.
import { expect } from 'vitest';

/** What a page of this address sends by itself. */
export const ofOwnPage = (url: string) => ({ origin: new URL(url).origin });

/** @returns the answer to a sign-in with the token */
export function beginSession(
  url: string,
  token: string,
  headers: Record<string, string> = ofOwnPage(url),
): Promise<Response> {
  return fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
}

/** @returns the header `Cookie` of whoever has signed in with the token */
export async function signIn({ url }: { url: string }, token: string): Promise<string> {
  const answer = await beginSession(url, token);
  expect(answer.status, await answer.text()).toBe(204);
  return cookieOf(answer);
}

/** @returns the header `Cookie` that follows from the answer */
export function cookieOf(answer: Response): string {
  const [cookie = ''] = answer.headers.getSetCookie().map((set) => set.split(';')[0]);
  return cookie;
}
