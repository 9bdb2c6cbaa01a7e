// The commands as a shell has to know them: two words deep, their options, and the values that these may have.
import type { Command } from 'commander';

export interface KnownOption {
  /** With its dashes. */
  name: string;
  description: string;
  takesValue: boolean;
  /** Empty where any value will do. */
  choices: readonly string[];
}

export interface KnownCommand {
  name: string;
  description: string;
  commands: readonly KnownCommand[];
  options: readonly KnownOption[];
  /** What its first argument may be; empty where that is not known. */
  choices: readonly string[];
}

export function readTree(command: Command): KnownCommand {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: help.subcommandDescription(command),
    commands: help.visibleCommands(command).map(readTree),
    options: help
      .visibleOptions(command)
      .map(({ long, short, description, required, optional, argChoices }) => ({
        name: long ?? short ?? '',
        description,
        takesValue: required || optional,
        choices: argChoices ?? [],
      })),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  };
}
