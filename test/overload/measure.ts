// What a process holds while it is under load: memory and open files, as the kernel tells it.
import { readdir, readFile } from 'node:fs/promises';

export interface Peak {
  rssMiB: number;
  openFiles: number;
}

const EVERY_MS = 250;

/** Whether the kernel tells it here. */
export const isMeasurable = process.platform === 'linux';

async function look(pid: number): Promise<Peak> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rssKiB = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
  return { rssMiB: Math.round(rssKiB / 1_024), openFiles: (await readdir(`/proc/${pid}/fd`)).length };
}

/** @returns the most that was seen, kept up to date until the watching is stopped */
export function watchProcess(pid: number): { peak: Peak; stopWatching: () => Peak } {
  const peak: Peak = { rssMiB: 0, openFiles: 0 };
  const timer = setInterval(async () => {
    // One that has ended is found out by its user.
    const seen = await look(pid).catch(() => peak);
    peak.rssMiB = Math.max(peak.rssMiB, seen.rssMiB);
    peak.openFiles = Math.max(peak.openFiles, seen.openFiles);
  }, EVERY_MS);
  const stopWatching = () => {
    clearInterval(timer);
    return peak;
  };
  return { peak, stopWatching };
}
