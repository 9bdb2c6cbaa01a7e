// Runs a program that is not ours (`node keep.mjs program arguments…`) and ends it with the supervisor.
import { spawn } from 'node:child_process';

const KILL_AFTER_MS = 20_000;

const [program = '', ...args] = process.argv.slice(2);
let ending = false;
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });

child.once('error', (error) => {
  console.error(`${program}: ${error.message}`);
  process.exit(1);
});
child.once('exit', (code) => {
  // What it started and left behind goes with it.
  if (ending) process.kill(0, 'SIGKILL');
  process.exit(code ?? 1);
});

// To the whole group, because some programs (npx) leave children behind when they alone are ended. The group
// holds this process too, which hears its own signal again and passes over it.
process.on('SIGTERM', () => {
  if (ending) return;
  ending = true;
  process.kill(0, 'SIGTERM');
  setTimeout(() => process.kill(0, 'SIGKILL'), KILL_AFTER_MS);
});
