// A device on which the real SWUpdate runs: it restarts once an update is installed, and then says what it runs.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { TENANT } from './ddiDevice.js';

const PATH = process.env['GRADUS_SWUPDATE'] ?? findOnPath('swupdate');
const LOOK_MS = 50;
/** As systemd starts a service: SWUpdate writes to children of its own that no longer listen, and dies of it. */
const WITHOUT_SIGPIPE = `trap '' PIPE; exec "$0" "$@"`;

/** With what its packages are signed by. */
export const isSwupdateThere = PATH !== null && existsSync(PATH) && findOnPath('openssl') !== null;
if (!isSwupdateThere) {
  console.warn(
    'SKIPPED: there are no swupdate and openssl on the PATH; GRADUS_SWUPDATE names another swupdate',
  );
}

function findOnPath(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

export interface SwupdateDevice {
  /** What is in the file that updates write. */
  installed(): Buffer;
  /** How much of the update that comes in just now is there already. */
  received(): number;
  /** What SWUpdate has said so far. */
  log(): string;
  /** Ends it as a power cut does, and starts it again: it goes on from what it had received. */
  cutPower(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a device, on version 1.0.
 *
 * @param folder of this device alone
 * @param certificate that updates are signed with
 * @param token `TargetToken …` or `GatewayToken …`
 * @param resumes whether it keeps what comes in, to go on from there once it has lost its power
 */
export function startSwupdateDevice({
  id,
  url,
  folder,
  certificate,
  token,
  resumes,
}: {
  id: string;
  url: string;
  folder: string;
  certificate: string;
  token: string;
  resumes: boolean;
}): SwupdateDevice {
  const path = (name: string) => join(folder, name);
  const [target, received, cache, rebooting] = ['target', 'received', 'cache', 'rebooting'].map(path) as [
    string,
    string,
    string,
    string,
  ];
  mkdirSync(path('tmp'), { recursive: true });
  writeFileSync(target, '1.0\n');
  writeFileSync(path('reboot.sh'), `#!/bin/sh\n: > "${rebooting}"\n`, { mode: 0o755 });
  const log = openSync(path('log'), 'a');
  let child: ChildProcess | null = null;
  let ended: Promise<unknown> = Promise.resolve();
  let isAfterUpdate = false;
  let isCut = false;
  let isStopping = false;

  function start(): void {
    const version = readFileSync(target, 'utf8').split('\n')[0];
    const identity = { board: 'lab', serialNo: id, version };
    const lines = Object.entries(identity).map(
      ([name, value]) => `{ name = "${name}"; value = "${value}"; }`,
    );
    writeFileSync(path('swupdate.cfg'), `globals : { };\nidentify : ( ${lines.join(', ')} );\n`);
    const [kind, text = ''] = token.split(' ');
    const suricatta = [
      ...[
        '-t',
        TENANT,
        '-i',
        id,
        '-u',
        url,
        kind === 'TargetToken' ? '-k' : '-g',
        text,
        '-p',
        '1',
        '-w',
        '1',
      ],
      ...(isAfterUpdate ? ['-c', '2'] : []),
      ...(resumes ? ['--cache', cache] : []),
    ];
    const args = [
      ...['-l', '4', '-f', path('swupdate.cfg'), '-k', certificate, '-H', 'lab:1.0', '-p', path('reboot.sh')],
      ...(resumes ? ['-o', received] : []),
      ...['-u', suricatta.join(' ')],
    ];
    // It makes children of its own, which end with its group alone.
    child = spawn('sh', ['-c', WITHOUT_SIGPIPE, PATH ?? '', ...args], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, TMPDIR: path('tmp') },
    });
    ended = once(child, 'exit');
  }

  const isEnded = () => child?.exitCode !== null || child.signalCode !== null;
  async function end(): Promise<void> {
    const { pid } = child ?? {};
    if (pid === undefined || isEnded()) return;
    process.kill(-pid, 'SIGKILL');
    await ended;
  }

  async function live(): Promise<void> {
    start();
    while (!isStopping) {
      if (existsSync(rebooting)) {
        rmSync(rebooting);
        await end();
        rmSync(cache, { force: true });
        isAfterUpdate = true;
        start();
      } else if (!isCut && isEnded()) {
        // As the init of a device does.
        writeSync(log, `it ended by itself, with ${child?.exitCode ?? child?.signalCode}\n`);
        start();
      }
      await wait(LOOK_MS);
    }
    await end();
  }

  const lived = live();
  return {
    installed: () => readFileSync(target),
    received: () => (existsSync(received) ? statSync(received).size : 0),
    log: () => readFileSync(path('log'), 'utf8'),
    cutPower: async () => {
      isCut = true;
      await end();
      renameSync(received, cache);
      start();
      isCut = false;
    },
    stop: async () => {
      isStopping = true;
      await lived;
    },
  };
}
