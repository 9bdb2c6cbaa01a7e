// Starts the built api, worker and fleet as real processes, and fails the suite where one is left running.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIE_WITH_PARENT = new URL('../../scripts/dieWithParent.mjs', import.meta.url).href;
const READY_WITHIN_MS = 30_000;
const SHOWN_LINES = 30;

/** The line by which each says that it is up. */
const READY_MESSAGES = { api: 'listening', worker: 'ready', fleet: 'fleet ready' } as const;

type AppName = keyof typeof READY_MESSAGES;

/** A line of a process' log. */
export type LogEntry = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunningApp {
  pid: number;
  /** The line by which it said that it is up. */
  ready: LogEntry;
  /** Every line of its log so far. */
  log: readonly LogEntry[];
  /** Settles when it has ended, however. */
  exited: Promise<Exit>;
  /** Sends the signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
}

/** A process that did not do what the test needs of it. */
class ProcessFault extends Error {
  readonly code = 'process-fault';
  constructor(message: string) {
    super(message);
    this.name = 'ProcessFault';
  }
}

interface Living {
  app: AppName;
  child: ChildProcess;
  exited: Promise<Exit>;
}

const living = new Set<Living>();

// Hooks run last first: those of the test file, which was loaded after this, have stopped theirs by now.
afterAll(async () => {
  const left = [...living];
  for (const { child } of left) child.kill('SIGKILL');
  await Promise.all(left.map(({ exited }) => exited));
  if (left.length > 0) {
    throw new ProcessFault(
      `left running: ${left.map(({ app, child }) => `${app} (${child.pid})`).join(', ')}`,
    );
  }
});

/**
 * Starts an app and returns once it says that it is up.
 *
 * @param env all of its environment but PATH, HOME and TMPDIR
 * @param root of the built tree that it is taken from; by default this one
 * @throws ProcessFault with its last output where it ends, or takes too long, before that
 */
export async function startApp(app: AppName, env: Record<string, string>, root = ROOT): Promise<RunningApp> {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(process.execPath, ['--import', DIE_WITH_PARENT, `apps/${app}/dist/main.js`], {
    cwd: root,
    env: { PATH, HOME, TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited = once(child, 'exit').then(([code, signal]): Exit => {
    living.delete(entry);
    return { code, signal };
  });
  const entry: Living = { app, child, exited };
  living.add(entry);
  const log: LogEntry[] = [];
  const lines: string[] = [];
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };

  const ready = new Promise<LogEntry>((resolve) => {
    for (const input of [child.stdout, child.stderr]) {
      if (input === null) continue;
      createInterface({ input }).on('line', (line) => {
        lines.push(line);
        const said = parseEntry(line);
        if (said === null) return;
        log.push(said);
        if (said.msg === READY_MESSAGES[app]) resolve(said);
      });
    }
  });
  const timeout = AbortSignal.timeout(READY_WITHIN_MS);
  const outcome = await Promise.race([ready, exited, once(timeout, 'abort').then(() => 'too late' as const)]);
  if (typeof outcome === 'object' && 'msg' in outcome) {
    return { pid: child.pid ?? 0, ready: outcome, log, exited, kill };
  }
  await kill('SIGKILL');
  const how =
    outcome === 'too late' ? `was not up after ${READY_WITHIN_MS} ms` : `ended: ${JSON.stringify(outcome)}`;
  throw new ProcessFault(`the ${app} ${how}. It said:\n${lines.slice(-SHOWN_LINES).join('\n')}`);
}

function parseEntry(line: string): LogEntry | null {
  try {
    const entry: unknown = JSON.parse(line);
    return isEntry(entry) ? entry : null;
  } catch {
    return null;
  }
}

function isEntry(entry: unknown): entry is LogEntry {
  return typeof entry === 'object' && entry !== null && 'msg' in entry && typeof entry.msg === 'string';
}
