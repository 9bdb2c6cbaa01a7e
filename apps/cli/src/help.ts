// Examples below a command's help.
import type { Command } from 'commander';

/** @param examples command lines without the name of the program */
export function withExamples(command: Command, ...examples: string[]): Command {
  const lines = examples.map((example) => `  $ gradus ${example}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
