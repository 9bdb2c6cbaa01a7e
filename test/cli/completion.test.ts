// The completion scripts: shells read them, and what they offer is what there is.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runCli } from '../support/cli.js';

vi.setConfig({ testTimeout: 120_000 });

/** How each shell only reads a script. */
const SHELLS = { bash: ['-n'], zsh: ['-n'], fish: ['--no-execute'] };

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-completion-'));
  for (const shell of Object.keys(SHELLS)) {
    const { code, stdout, stderr } = await runCli(['completion', shell], {});
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    writeFileSync(join(folder, shell), stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @returns what a shell writes that runs a script of ours */
function run(shell: string, args: readonly string[]): string {
  const { PATH = '', HOME = '' } = process.env;
  const { stdout, stderr, status } = spawnSync(shell, args, { encoding: 'utf8', env: { PATH, HOME } });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

/** @returns what bash offers for the last of the words; where that is nothing it offers files */
function offered(...words: string[]): string[] {
  const script = `
    set -u
    . '${folder}/bash'
    [[ $(complete -p gradus) == "complete -o default -F _gradus gradus" ]] || exit 1
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _gradus gradus "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const lines = run('bash', ['--noprofile', '--norc', '-c', script, 'bash', ...words]).split('\n');
  return lines.filter((line) => line !== '').sort();
}

/** @returns the names that the help lists */
async function helped(...args: string[]): Promise<string[]> {
  const { stdout } = await runCli([...args, '--help'], {});
  const [, listed = ''] = stdout.split('Commands:\n');
  return [...listed.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name).sort();
}

describe.each(Object.entries(SHELLS))('%s', (shell, justRead) => {
  const isInstalled = spawnSync(shell, ['--version']).error === undefined;
  test.runIf(isInstalled)('can read its script', () => {
    expect(run(shell, [...justRead, join(folder, shell)])).toBe('');
  });
});

test('bash offers every command that the help lists, those of a group, options and choices', async () => {
  const groups = await helped();
  expect(groups).toEqual(expect.arrayContaining(['agents', 'completion', 'keys', 'plans']));
  expect(offered('gradus', '')).toEqual(groups);
  const plans = await helped('plans');
  expect(plans.length).toBeGreaterThan(14);
  expect(offered('gradus', 'plans', '')).toEqual(plans);
  expect(offered('gradus', 'agents', '')).toEqual(await helped('agents'));
  expect(offered('gradus', 'plans', 're')).toEqual(['resume', 'resume-all', 'retry']);
  expect(offered('gradus', 'plans', 'list', '--sta')).toEqual(['--status']);
  expect(offered('gradus', 'plans', 'list', '--status', 'pa')).toEqual(['paused']);
  expect(offered('gradus', 'completion', '')).toEqual(['bash', 'fish', 'zsh']);
  expect(offered('gradus', 'plans', 'create', '--file', 'pla')).toEqual([]);
  // Commands that stand alone have options too.
  expect(offered('gradus', 'agent', '--exec', './upgrade.sh', '--he')).toEqual([
    '--health-exec',
    '--heartbeat',
    '--help',
  ]);
  expect(offered('gradus', 'simulate', '--gate', '')).toEqual(['auto', 'manual']);
});

test.each(['zsh', 'fish'])('the script for %s knows every command too', async (shell) => {
  const { stdout } = await runCli(['completion', shell], {});
  for (const name of [...(await helped()), ...(await helped('plans'))]) {
    expect(stdout).toMatch(new RegExp(`[ ']${name}[ ']`));
  }
  // Of a command that stands alone.
  expect(stdout).toMatch(/(--|-l )health-exec /);
});
