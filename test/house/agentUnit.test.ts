// The systemd unit of the agent: systemd takes it, and its command line is one that gradus takes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from '../support/cli.js';

const unit = readFileSync(new URL('../../deploy/systemd/gradus-agent.service', import.meta.url), 'utf8');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).error === undefined;

test.runIf(hasSystemd)('systemd-analyze verify finds nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-unit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'gradus-agent.service');
  // It wants a program that is there.
  writeFileSync(path, unit.replace('/usr/local/bin/gradus', process.execPath));
  const { status, stderr, stdout } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
  expect({ status, said: stderr + stdout }).toEqual({ status: 0, said: '' });
});

test('its command line is taken, up to the token that is not there', async () => {
  const [, line = ''] = /^ExecStart=\/usr\/local\/bin\/gradus (.*)$/m.exec(unit) ?? [];
  const args = line.replace('$AGENT_OPTIONS', '--register --resume').split(' ');
  expect(args.filter((word) => word.startsWith('--')).length).toBeGreaterThan(4);
  const state = mkdtempSync(join(tmpdir(), 'gradus-unit-'));
  onTestFinished(() => rmSync(state, { recursive: true }));
  expect(await runCli(args, { STATE_DIRECTORY: state })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--token-file cannot be read'),
  });
});
