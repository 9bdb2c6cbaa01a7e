// The command line on a real pseudo-terminal, which Debian's `script` opens, as a person sees it: the bytes are
// read by a terminal emulator.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import xterm from '@xterm/headless';
import { cliEnv, GRADUS, keepTrack } from './cli.js';

const COLUMNS = 110;
const ROWS = 30;
/** What the terminal passes over: all that the command line wrote has been read when this is. */
const ENDED = '\u001b]9;ended\u0007';

export interface OnTerminal {
  /** The lines that are to be seen now, without what is empty at the end. */
  screen(): string[];
  /** Every screen that there was, each once in a row. */
  readonly screens: readonly string[][];
  /** All bytes that came, control sequences included. */
  readonly raw: string;
  /** Whether the cursor is to be seen. */
  readonly hasCursor: boolean;
  /** As typed on the keyboard. */
  type(text: string): void;
  /** Settles with the exit code. */
  ended: Promise<number | null>;
}

/** @param args without characters that a shell would take for its own */
export function startOnTerminal(args: readonly string[], env: Record<string, string>): OnTerminal {
  const size = `stty cols ${COLUMNS} rows ${ROWS}`;
  // `script` may leave unread what was written just before the end: so the end waits until it was read.
  const run = `'${process.execPath}' '${GRADUS}' ${args.join(' ')}`;
  const end = "code=$?; stty -echo icanon; printf '\\033]9;ended\\007'; read -r _; exit $code";
  const command = `${size}; trap : INT; ${run}; ${end}`;
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    env: { ...cliEnv(env), TERM: 'xterm-256color', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  keepTrack(child, args.join(' '));
  const emulator = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  const screens: string[][] = [];
  let raw = '';
  let written = Promise.resolve();

  function screen(): string[] {
    const { active } = emulator.buffer;
    const lines = Array.from({ length: active.length }, (_, row) =>
      (active.getLine(row)?.translateToString(true) ?? '').trimEnd(),
    );
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }

  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const hadEnded = raw.includes(ENDED);
    raw += chunk;
    if (!hadEnded && raw.includes(ENDED)) child.stdin.write('\n');
    written = written.then(
      () =>
        new Promise((resolve) => {
          emulator.write(chunk, () => {
            const seen = screen();
            if (screens.at(-1)?.join('\n') !== seen.join('\n')) screens.push(seen);
            resolve();
          });
        }),
    );
  });
  return {
    screen,
    screens,
    get raw() {
      return raw;
    },
    get hasCursor() {
      return raw.lastIndexOf('\u001b[?25h') >= raw.lastIndexOf('\u001b[?25l');
    },
    type: (text) => void child.stdin.write(text),
    ended: once(child, 'close').then(async ([code]) => {
      await written;
      return code;
    }),
  };
}
