// The process of the command line: its signals, its pipes and its exit code.
import { EXIT_CODES } from './exitCodes.js';
import { Interrupted } from './failures.js';
import { runProgram } from './program.js';

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Not `once`: what gives the terminal its cursor back takes a signal that nobody listens to for the end.
  process.on(signal, () => {
    const interrupted = new Interrupted(signal);
    // Whoever asks twice does not wait.
    if (ending.signal.aborted) process.exit(EXIT_CODES[interrupted.code].code);
    ending.abort(interrupted);
  });
}
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_CODES['broken-pipe'].code);
  });
}

const { stdin, stdout, stderr, env } = process;
const code = await runProgram(process.argv.slice(2), { stdin, stdout, stderr, env, signal: ending.signal });
// What is still on its way into a pipe goes first; kept-alive sockets would hold the process for seconds.
await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))));
process.exit(code);
