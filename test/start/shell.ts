// A shell in which each block of commands finds the variables that the blocks before it have exported.
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const WITHIN_MS = 60_000;

/** A command of the README failed. */
class CommandFailed extends Error {
  readonly code = 'command-failed';
  constructor(commands: string, output: string) {
    super(`the commands failed:\n${commands}\n${output}`);
    this.name = 'CommandFailed';
  }
}

/**
 * @param workFolder where the commands run
 * @param folder where the variables are kept
 * @returns runs a block and gives what it has written to its standard output
 */
export function openShell(workFolder: string, folder: string): (commands: string) => Promise<string> {
  const variables = join(folder, 'variables.sh');
  const { PATH = '', HOME = '' } = process.env;
  return (commands) =>
    new Promise((resolve, reject) => {
      const script = `set -euo pipefail; [ -f '${variables}' ] && . '${variables}'\n${commands}\nexport -p >'${variables}'`;
      execFile(
        'bash',
        ['-c', script],
        { cwd: workFolder, env: { PATH, HOME }, timeout: WITHIN_MS },
        (error, stdout, stderr) =>
          error === null ? resolve(stdout) : reject(new CommandFailed(commands, `${stdout}${stderr}`)),
      );
    });
}
