// The script for fish: a line for each command, option and value.
import type { KnownCommand, KnownOption } from './tree.js';

export function fishScript(name: string, tree: KnownCommand): string {
  const line = (condition: string, rest: string) => `complete -c ${name} -n '${condition}' ${rest}\n`;
  const offer = (condition: string, word: KnownCommand) =>
    line(condition, `-f -a ${word.name} -d ${quoted(word.description)}`);
  const groups = tree.commands.flatMap((group) => {
    const isIn = `__fish_seen_subcommand_from ${group.name}`;
    const names = group.commands.map((command) => command.name);
    return [
      offer('__fish_use_subcommand', group),
      ...group.commands.map((command) =>
        offer(`${isIn}; and not __fish_seen_subcommand_from ${names.join(' ')}`, command),
      ),
      ...(names.length > 0 ? [] : group.options.map((option) => line(isIn, optionOf(option)))),
      ...group.choices.map((choice) => line(isIn, `-f -a ${choice}`)),
      ...group.commands.flatMap((command) =>
        command.options.map((option) =>
          line(`${isIn}; and __fish_seen_subcommand_from ${command.name}`, optionOf(option)),
        ),
      ),
    ];
  });
  return groups.join('');
}

function optionOf({ name, description, takesValue, choices }: KnownOption): string {
  const value = choices.length > 0 ? `-x -a '${choices.join(' ')}'` : takesValue ? '-r' : '';
  return `-l ${name.replace(/^--/, '')} ${value} -d ${quoted(description)}`.replaceAll('  ', ' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\n', ' ').replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
