// Keeps one child process running: starts it again when it dies, and stops it when asked.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const FIRST_BACKOFF_MS = 500;
const LAST_BACKOFF_MS = 30_000;
/** A child that lived this long has recovered: the next death counts as the first. */
const HEALTHY_AFTER_MS = 60_000;

const DIE_WITH_PARENT = new URL('./dieWithParent.mjs', import.meta.url).href;

/**
 * @typedef {object} Child
 * @property {() => number | undefined} pid
 * @property {Promise<void>} ended settles when it has ended for good
 * @property {(graceMs: number) => Promise<void>} stop asks it to end, kills it after the grace, waits for its end
 * @property {() => void} kill ends it at once
 */

/**
 * Starts a Node.js script as a child process.
 *
 * @param {object} spec
 * @param {string} spec.name
 * @param {string[]} spec.args the script and its arguments
 * @param {NodeJS.ProcessEnv} spec.env
 * @param {boolean} spec.restart whether it is started again when it dies
 * @param {(line: string) => void} spec.onLine hears each line that it writes
 * @param {(line: string) => void} spec.say hears what becomes of it
 * @param {() => void} [spec.onExit] hears each death that nobody asked for
 * @returns {Child}
 */
export function supervise(spec) {
  let deaths = 0;
  let stopping = false;
  /** @type {import('node:child_process').ChildProcess} */
  let child;
  /** @type {NodeJS.Timeout | undefined} */
  let restartTimer;
  /** @type {() => void} */
  let end = () => {};
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  start();

  return {
    pid: () => child.pid,
    ended,
    async stop(graceMs) {
      stopping = true;
      if (cancelRestart()) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => {
        spec.say(`${spec.name} did not end within ${graceMs / 1000} s and is killed`);
        signalGroup('SIGKILL');
      }, graceMs);
      await ended;
      clearTimeout(timer);
    },
    kill() {
      stopping = true;
      if (!cancelRestart()) signalGroup('SIGKILL');
    },
  };

  /** @param {NodeJS.Signals} signal to the child and whatever it started */
  function signalGroup(signal) {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // Nothing is left of the group.
    }
  }

  /** @returns {boolean} whether it was between two lives, so that there is nothing to end */
  function cancelRestart() {
    if (restartTimer === undefined) return false;
    clearTimeout(restartTimer);
    restartTimer = undefined;
    end();
    return true;
  }

  function start() {
    restartTimer = undefined;
    const startedAt = Date.now();
    // Detached: Ctrl-C goes to the whole foreground group, and would end Redis before those that still write.
    child = spawn(process.execPath, ['--import', DIE_WITH_PARENT, ...spec.args], {
      env: spec.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', spec.onLine);
    }
    child.once('error', (error) => spec.say(`${spec.name} could not be started: ${error.message}`));
    // Not 'close': a grandchild that outlives the child holds its output open.
    child.once('exit', (code, signal) => {
      if (stopping) return end();
      signalGroup('SIGTERM');
      spec.onExit?.();
      const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      if (!spec.restart) {
        spec.say(`${spec.name} ${how}`);
        return end();
      }
      deaths = Date.now() - startedAt >= HEALTHY_AFTER_MS ? 1 : deaths + 1;
      const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (deaths - 1), LAST_BACKOFF_MS);
      spec.say(`${spec.name} ${how}; it is started again in ${backoffMs / 1000} s`);
      restartTimer = setTimeout(start, backoffMs);
    });
  }
}
