// Examples of signing in.
import type { Scope } from '@gradus/domain';
import type { Examples } from '../schemas/content.js';

export const SIGN_INS = { token: { summary: 'A token', value: { token: 'the-token' } } };

export const SESSIONS: Examples<{ subject: string; scopes: Scope[]; expiresAt: string | null }> = {
  operator: {
    summary: 'Somebody who may look at plans and steer them',
    value: {
      subject: 'ops',
      scopes: ['plans:read', 'plans:write'],
      expiresAt: '2026-01-15T16:00:00.000Z',
    },
  },
};
