// Who is signed in, and what they may do.
import { ProblemError, type Session } from '@gradus/client';
import type { Scope } from '@gradus/domain';
import { effect, signal } from '@preact/signals';
import { client, signedOut } from './api.js';

/** undefined: not known yet. null: nobody. */
export const session = signal<Session | null | undefined>(undefined);

/** Whether somebody was signed in here, and is not any more. */
export const hasEnded = signal(false);

effect(() => {
  if (signedOut.value === 0) return;
  if (session.peek()) hasEnded.value = true;
  session.value = null;
});

/** @returns whether whoever is signed in has the scope */
export function may(scope: Scope): boolean {
  return session.value?.scopes.includes(scope) ?? false;
}

/** Looks who is signed in. @throws where that cannot be known now */
export async function readSession(): Promise<void> {
  try {
    session.value = await client.getSession();
  } catch (error) {
    if (!(error instanceof ProblemError && error.code === 'unauthenticated')) throw error;
    session.value = null;
  }
}

/** @throws ProblemError where the token does not do */
export async function signIn(token: string): Promise<void> {
  await client.beginSession(token);
  await readSession();
  hasEnded.value = false;
}

export async function signOut(): Promise<void> {
  await client.endSession();
  hasEnded.value = false;
  session.value = null;
}
