// Free and taken ports, for those who are checked as TypeScript.

/** A port that nothing listens on at this moment. */
export function freePort(): Promise<number>;

/** Why a port cannot be listened on: the system's code, such as EADDRINUSE; null where it can. */
export function whyTaken(port: number, host: string): Promise<string | null>;
