// Which process a number means: numbers are given away again, and by then another one must not be signalled.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Position of `starttime` after the name in brackets, which may hold anything: proc_pid_stat(5). */
const START_FIELD = 19;
const STATE_FIELD = 0;

/** @returns what tells the living process of that number from every other that had it; null where none lives */
export async function identityOf(pid: number): Promise<string | null> {
  try {
    return process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
  } catch {
    return null;
  }
}

async function fromProc(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Dead, and not yet waited for.
  if (/[ZX]/.test(fields[STATE_FIELD] ?? '')) return null;
  return `${await bootId()} ${fields[START_FIELD]}`;
}

/** Whether the process has lived since the machine was started last; false where that cannot be told. */
export async function isOfThisBoot(identity: string): Promise<boolean> {
  return process.platform === 'linux' && identity.startsWith(`${await bootId()} `);
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

async function fromPs(pid: number): Promise<string | null> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
  return stdout.trim() || null;
}
