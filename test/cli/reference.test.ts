// The reference of the command line is what its help says.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const reference = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

test('docs/cli.md is what scripts/cliReference.mjs prints', () => {
  const printed = execFileSync(process.execPath, ['scripts/cliReference.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(reference).toBe(printed);
}, 60_000);

test.each([[''], ['plans'], ['plans create'], ['keys hash']])(
  'the help of gradus %s stands in it',
  async (path) => {
    const words = path.split(' ').filter((word) => word !== '');
    const { code, stdout } = await runCli([...words, '--help'], {});
    expect(code).toBe(0);
    expect(reference).toContain(
      `### ${['gradus', ...words].join(' ')}\n\n\`\`\`text\n${stdout.trimEnd()}\n\`\`\``,
    );
  },
  60_000,
);
