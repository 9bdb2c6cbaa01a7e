// The drawn state machines are those of the transitions table.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('docs/state-machine.md is what scripts/stateDiagram.mjs draws', () => {
  const drawn = execFileSync(process.execPath, ['scripts/stateDiagram.mjs'], { cwd: ROOT, encoding: 'utf8' });
  expect(readFileSync(join(ROOT, 'docs/state-machine.md'), 'utf8')).toBe(drawn);
});
