// Whether Redis is configured as a database.
import type { Connection } from '@gradus/redis';

/** @returns a sentence for each setting by which plans could be lost; empty where all is well */
export async function durabilityWarnings(connection: Connection): Promise<string[]> {
  const warnings: string[] = [];
  const wanted = { appendonly: 'yes', 'maxmemory-policy': 'noeviction' };
  for (const [setting, value] of Object.entries(wanted)) {
    const answer = await connection.call('CONFIG', 'GET', setting).catch(() => null);
    const found = answer === null ? null : valueIn(answer, setting);
    if (found === null) warnings.push(`Redis does not say its ${setting}: make sure that it is ${value}`);
    else if (found !== value)
      warnings.push(`Redis has ${setting} ${found}: plans can be lost; set it to ${value}`);
  }
  return warnings;
}

/** CONFIG GET answers a list or, by RESP3, a map. */
function valueIn(answer: unknown, setting: string): string | null {
  if (Array.isArray(answer)) return typeof answer[1] === 'string' ? answer[1] : null;
  if (answer instanceof Map) return answer.get(setting) ?? null;
  if (typeof answer !== 'object' || answer === null) return null;
  const value: unknown = Reflect.get(answer, setting);
  return typeof value === 'string' ? value : null;
}
