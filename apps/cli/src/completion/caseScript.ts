// The scripts for bash and zsh: what may come is looked up in a `case`. Nothing that was typed is evaluated, and no
// process is started for it.
import type { KnownCommand } from './tree.js';

/** Where there is nothing to offer, bash offers files by `-o default`. */
export function bashScript(name: string, tree: KnownCommand): string {
  return `_${name}() {
  local at=$COMP_CWORD first="\${COMP_WORDS[1]-}" second="\${COMP_WORDS[2]-}"
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" found=''
${lookUp(tree)}
  COMPREPLY=($(compgen -W "$found" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

/** To be sourced, or to lie in a folder of \`fpath\`. */
export function zshScript(name: string, tree: KnownCommand): string {
  return `#compdef ${name}
_${name}() {
  local at=$((CURRENT - 1)) first="\${words[2]-}" second="\${words[3]-}"
  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}" found=''
${lookUp(tree)}
  if [[ -n $found ]]; then compadd -- \${=found}; else _files; fi
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

/** @returns lines that say in `found` what may come as the word of the index `at` */
function lookUp(tree: KnownCommand): string {
  const commands = tree.commands.flatMap((group) =>
    group.commands.map((command) => ({ path: `${group.name} ${command.name}`, command })),
  );
  const alone = tree.commands.filter((command) => command.commands.length === 0);
  return [
    '  case $at in',
    `    1) found='${namesOf(tree)}' ;;`,
    '    2) case $first in',
    ...tree.commands.map((group) => `      ${group.name}) found='${namesOf(group)}' ;;`),
    '    esac ;;',
    '    *) case "$first $second $previous" in',
    ...commands.flatMap(({ path, command }) => choiceLines(path, command, '      ')),
    '      *) [[ $current == -* ]] && case "$first $second" in',
    ...commands.map(({ path, command }) => `        '${path}') found='${optionsOf(command)}' ;;`),
    '      esac ;;',
    '    esac ;;',
    '  esac',
    '  [[ $at -gt 1 ]] && case "$first $previous" in',
    ...alone.flatMap((command) => choiceLines(command.name, command, '    ')),
    '    *) [[ $current == -* ]] && case $first in',
    ...alone.map((command) => `      ${command.name}) found='${optionsOf(command)}' ;;`),
    '    esac ;;',
    '  esac',
  ].join('\n');
}

/** @returns a line for each option whose values are known */
function choiceLines(path: string, { options }: KnownCommand, indent: string): string[] {
  return options
    .filter(({ choices }) => choices.length > 0)
    .map(({ name, choices }) => `${indent}'${path} ${name}') found='${choices.join(' ')}' ;;`);
}

function optionsOf({ options }: KnownCommand): string {
  return options.map(({ name }) => name).join(' ');
}

/** What may come after a word: the commands of a group, or the choices of an argument. */
function namesOf({ commands, choices }: KnownCommand): string {
  return [...commands.map(({ name }) => name), ...choices].join(' ');
}
