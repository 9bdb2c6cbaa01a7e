// README.md as the tests read it: its commands, the answers that it shows, and its table of settings.
import { readFileSync } from 'node:fs';

/** What a block of shell commands is for: a test runs it, starts Gradus by it, or it needs what is not here. */
const SHELL_MARKS = ['run', 'start', 'elsewhere'] as const;

export interface Block {
  /** `sh` or `json`, … */
  language: string;
  /** `run`, `answer`, `part`, … ; empty where the block has none. */
  mark: string;
  /** Which commands, or whose answer. */
  name: string;
  text: string;
}

export interface SettingRow {
  variable: string;
  /** As a value; null where it is put in words. */
  defaultValue: string | null;
  /** The processes cannot do without; `npm start` may make one up. */
  isRequired: boolean;
  readBy: string[];
}

const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** Every fenced block, in order. */
export const BLOCKS: readonly Block[] = [
  ...text.matchAll(/^```(\w*) ?([\w-]*) ?([\w-]*)\n(.*?)^```$/gms),
].map(([, language = '', mark = '', name = '', body = '']) => ({ language, mark, name, text: body }));

/** Blocks of shell commands that no test knows what to do with. */
export const UNMARKED = BLOCKS.filter(
  ({ language, mark }) => language === 'sh' && !SHELL_MARKS.some((known) => known === mark),
);

/** The commands that a newcomer types, in order. */
export const COMMANDS = BLOCKS.filter(({ language, mark }) => language === 'sh' && mark === 'run');

/** @returns the answer that is shown for a command; null where none is */
export function shownAnswer(name: string): { value: unknown; isPart: boolean } | null {
  const shown = BLOCKS.find((block) => block.language === 'json' && block.name === name);
  return shown === undefined ? null : { value: JSON.parse(shown.text), isPart: shown.mark === 'part' };
}

/** The table of settings. */
export const SETTINGS: readonly SettingRow[] = [
  ...text.matchAll(/^\| `([A-Z_]+)` \| .* \| (.*?) \| (.*?) \|$/gm),
].map(([, variable = '', fallback = '', readBy = '']) => ({
  variable,
  defaultValue: /^`([^`]+)`$/.exec(fallback)?.[1] ?? null,
  isRequired: /\brequired$/.test(fallback),
  readBy: readBy.split(', '),
}));
