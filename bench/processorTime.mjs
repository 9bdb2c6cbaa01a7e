// How long a process has been at work, as the kernel tells it.
import { readFileSync } from 'node:fs';

/** Of `/proc/<pid>/stat`: clock ticks a second, which Linux fixes for its programs. */
const TICKS_A_SECOND = 100;

/**
 * @param {number | undefined} pid
 * @returns {number} seconds of processor time that it has used, 0 where it cannot be told
 */
export function cpuSecondsOf(pid) {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
    const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
    return (user + system) / TICKS_A_SECOND;
  } catch {
    return 0;
  }
}
