// A machine in a folder: a small program that is really installed on it from packages, and its agent as a process.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningCli, startCli } from '../support/cli.js';
import { waitFor } from '../support/waitFor.js';

export const COMPONENT = 'hello';

/** What a script of the machine did not do. */
class MachineFault extends Error {
  readonly code = 'machine-fault';
}

/** Writes down that it ran, and what its agent remembers by then; waits while there is a file `hold`, and unpacks the package. */
const UPGRADE = `#!/bin/sh
set -eu
cd "$MACHINE"
echo "$GRADUS_TASK_UUID" >> runs
cp state/state.json remembered
echo "$GRADUS_AGENT_ID $GRADUS_COMPONENT_NAME $GRADUS_FROM_VERSION $GRADUS_TO_VERSION \${GRADUS_TOKEN-none}" > env
if [ -e stubborn ]; then trap '' TERM; else trap 'echo told > told; exit 9' TERM; fi
echo $$ > working
while [ -e hold ]; do sleep 0.02; done
echo "unpacking $GRADUS_COMPONENT_NAME $GRADUS_TO_VERSION" >&2
tar -xzf "packages/hello-$GRADUS_TO_VERSION.tar.gz" -C root
`;

export interface Machine {
  folder: string;
  agentId: string;
  /** What the installed program says that it is. */
  installed(): string;
  /** The uuids of the tasks that the command ran for, in order. */
  runs(): string[];
  has(file: string): boolean;
  size(file: string): number;
  read(file: string): string;
  write(file: string, text: string): void;
  remove(file: string): void;
  /** @param args beside those that every agent here has */
  startAgent(url: string, args?: readonly string[]): RunningCli;
  /** Ends it by the signal, and waits until it has ended. */
  endAgent(agent: RunningCli, signal: NodeJS.Signals): Promise<number | null>;
  /** Resolves once the command is at its hold, with the number of its process. */
  working(): Promise<number>;
}

/**
 * @param token that the agent has, in a file
 * @param onEnd told what is to be done when the test is over: agents end, and the folder goes
 */
export function makeMachine(
  agentId: string,
  token: string,
  onEnd: (scrap: () => Promise<void>) => void,
): Machine {
  const agents: RunningCli[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'gradus-machine-'));
  const path = (file: string) => join(folder, file);
  const write = (file: string, text: string) => writeFileSync(path(file), text);
  const read = (file: string) => readFileSync(path(file), 'utf8');
  for (const name of ['packages', 'root/bin', 'made/bin']) mkdirSync(path(name), { recursive: true });
  for (const [version, release] of [
    ['1.2.0', '215'],
    ['1.3.0', '221'],
  ]) {
    write('made/bin/hello', `#!/bin/sh\necho ${version} ${release}\n`);
    chmodSync(path('made/bin/hello'), 0o755);
    run('tar', '-czf', path(`packages/hello-${version}.tar.gz`), '-C', path('made'), 'bin/hello');
  }
  run('tar', '-xzf', path('packages/hello-1.2.0.tar.gz'), '-C', path('root'));
  write('upgrade.sh', UPGRADE);
  chmodSync(path('upgrade.sh'), 0o755);
  write('token', `${token}\n`);
  onEnd(async () => {
    for (const { child } of agents) child.kill('SIGKILL');
    await Promise.all(agents.map(({ ended }) => ended));
    // A command that waits ends when its file is gone.
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    agentId,
    installed: () => run(path('root/bin/hello')).trim(),
    runs: () => (existsSync(path('runs')) ? read('runs').trim().split('\n') : []),
    has: (file) => existsSync(path(file)),
    size: (file) => statSync(path(file)).size,
    read,
    write,
    remove: (file) => rmSync(path(file), { force: true }),
    startAgent(url, args = []) {
      const agent = startCli(
        [
          'agent',
          ...['--url', url, '--token-file', path('token'), '--state', path('state'), '--json'],
          ...['--agent-id', agentId, '--component', COMPONENT],
          // Not the last thing that its shell does, so that there is a shell between.
          ...['--exec', `cd '${folder}' && ./upgrade.sh && true`, '--version-exec', path('root/bin/hello')],
          ...['--confirm-within', '0s', ...args],
        ],
        { MACHINE: folder, GRADUS_TOKEN: 'of-nobody' },
      );
      agents.push(agent);
      return agent;
    },
    async endAgent({ child, ended }, signal) {
      child.kill(signal);
      return (await ended).code;
    },
    working: () =>
      waitFor(() => existsSync(path('working')) && Number(read('working')), {
        what: 'the command to be at work',
        timeoutMs: 40_000,
      }),
  };
}

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new MachineFault(`${command} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Whether a process of that number lives; one that only waits to be reaped does not. */
export function lives(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return !/^(Z|$)/.test(stdout.trim());
}
