// The commands of docs/operations.md, as an operator would type them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { canStartRedis } from '../support/redisNode.js';

const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

/** Every block of commands that a test runs, by its name. */
const BLOCKS = new Map(
  [...text.matchAll(/^```sh run ([\w-]+)\n(.*?)^```$/gms)].map(([, name = '', commands = '']) => [
    name,
    commands,
  ]),
);

function hasTools(): boolean {
  try {
    execFileSync('redis-cli', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('SKIPPED: there is no redis-cli on the PATH, which the runbooks use');
    return false;
  }
}

/** Whether the runbooks can be followed here; tests that need them are skipped elsewhere. */
export const canFollow = canStartRedis && hasTools();

/**
 * @param variables exported first
 * @returns the block, for a shell
 */
export function runbook(name: string, variables: Record<string, string>): string {
  const commands = BLOCKS.get(name);
  if (commands === undefined) throw new RangeError(`docs/operations.md has no block "sh run ${name}"`);
  const exported = Object.entries(variables).map(([variable, value]) => `export ${variable}='${value}'\n`);
  return exported.join('') + commands;
}
