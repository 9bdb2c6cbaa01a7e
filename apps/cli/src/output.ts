// What is written: machine output and text on the standard output, everything else on the standard error.
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** The only styles there are. */
const STYLES = { strong: 'bold', faint: 'dim', good: 'green', bad: 'red', busy: 'yellow' } as const;

export type Style = (style: keyof typeof STYLES, text: string) => string;

/** A stream of the process: a terminal, or whatever it is connected with. */
export type Stream = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows'>>;

export interface Output {
  /** Whether answers are JSON. */
  isJson: boolean;
  /** The terminal on which a picture may be drawn again and again; null where there is none. */
  terminal: (Stream & NodeJS.WritableStream) | null;
  style: Style;
  /** One line of text for each. */
  lines(...texts: string[]): void;
  /** One JSON document on a line of its own. */
  json(value: unknown): void;
  /** Each as one line for the terminal, or a log. */
  harmless(texts: readonly string[]): string[];
  /** One line on the standard error for each. */
  notes(...texts: string[]): void;
}

const ESCAPE = '\u001b';
const OWN_STYLES = new RegExp(`${ESCAPE}\\[(?:1|2|22|31|32|33|39)m`, 'u');
/** Control characters, and those that turn the direction of writing. */
const UNSEEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;
const STYLES_AND_UNSEEN = new RegExp(`${OWN_STYLES.source}|${UNSEEN.source}`, 'gu');

/**
 * Names and errors come from agents: a terminal is to show their control characters, never to obey them.
 *
 * @returns one line, in which of all control sequences at most our own styles are left
 */
function harmless(text: string, isStyled: boolean): string {
  return text.replace(isStyled ? STYLES_AND_UNSEEN : UNSEEN, (found) =>
    found.length > 1 ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** @param options.color false: no styles, whatever the terminal can */
export function createOutput(
  { stdout, stderr, env }: { stdout: Stream & NodeJS.WritableStream; stderr: Stream; env: NodeJS.ProcessEnv },
  options: { json: boolean; color: boolean },
): Output {
  const isTerminal = stdout.isTTY === true && env['TERM'] !== 'dumb';
  const isStyled = isTerminal && options.color && (env['NO_COLOR'] ?? '') === '';
  return {
    isJson: options.json,
    terminal: isTerminal && !options.json ? stdout : null,
    style: (style, text) => (isStyled ? styleText(STYLES[style], text, { validateStream: false }) : text),
    lines: (...texts) => {
      for (const text of texts) stdout.write(`${harmless(text, isStyled)}\n`);
    },
    harmless: (texts) => texts.map((text) => harmless(text, isStyled)),
    json: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    notes: (...texts) => {
      for (const text of texts) stderr.write(`${harmless(text, false)}\n`);
    },
  };
}
