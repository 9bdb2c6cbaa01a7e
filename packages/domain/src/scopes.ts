// What a key may be allowed to do.

export const SCOPES = [
  'plans:read',
  'plans:write',
  'agents:read',
  'agents:write',
  'agents:check-in',
  'releases:read',
  'releases:write',
  'queues:admin',
] as const;

export type Scope = (typeof SCOPES)[number];
