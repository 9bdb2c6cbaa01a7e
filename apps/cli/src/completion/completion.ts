// `gradus completion`: scripts by which a shell completes the words of a command line.
import { Argument, type Command } from 'commander';
import type { Context } from '../context.js';
import { withExamples } from '../help.js';
import { bashScript, zshScript } from './caseScript.js';
import { fishScript } from './fishScript.js';
import { readTree } from './tree.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

export function addCompletion(program: Command, context: Context): void {
  const command = program
    .command('completion')
    .description('Print a script that has the shell complete commands, options and their values.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)));
  withExamples(
    command,
    'completion bash > ~/.local/share/bash-completion/completions/gradus',
    'completion fish > ~/.config/fish/completions/gradus.fish',
  );
  command.action((shell: keyof typeof SCRIPTS) => {
    context.stdout.write(SCRIPTS[shell](program.name(), readTree(program)));
  });
}
