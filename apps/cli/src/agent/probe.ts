// A command that is asked something: what it writes and how it ends, within a time.
import { type ChildProcess, spawn } from 'node:child_process';

export interface Answer {
  code: number | null;
  /** Its standard output, cut. */
  text: string;
}

const TIMEOUT_MS = 30_000;
const KEPT_CHARACTERS = 65_536;

/** A command that is asked something gave no answer that can be used. */
export class ProbeFault extends Error {
  readonly code = 'probe-fault';
  constructor(message: string) {
    super(message);
    this.name = 'ProbeFault';
  }
}

/** @throws ProbeFault where it cannot be run or takes too long, the signal's reason where that aborts */
export async function ask(command: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  // A group of its own, so that what it starts ends with it.
  const child = spawn('/bin/sh', ['-c', command], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    kill(child);
  }, TIMEOUT_MS);
  const end = () => kill(child);
  signal.addEventListener('abort', end);
  try {
    const answer = await answerOf(child);
    signal.throwIfAborted();
    if (isLate) throw new ProbeFault(`took longer than ${TIMEOUT_MS / 1000} s`);
    return answer;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

function answerOf(child: ChildProcess): Promise<Answer> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(0, KEPT_CHARACTERS);
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new ProbeFault(`cannot be run: ${error.message}`)));
    child.once('close', (code) => resolve({ code, text: text.trim() }));
  });
}

function kill(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended in this moment.
  }
}
