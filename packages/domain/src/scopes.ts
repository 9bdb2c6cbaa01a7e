// What a key may be allowed to do.

export const SCOPES = [
  'plans:read',
  'plans:write',
  'agents:read',
  'agents:write',
  'agents:check-in',
  'queues:admin',
] as const;

export type Scope = (typeof SCOPES)[number];
