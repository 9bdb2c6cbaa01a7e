// A fault that the person at the terminal can do something about: it is shown without a stack.

/** Something is missing or taken; the message says what to do. */
export class Failure extends Error {
  /**
   * @param {string} code stable, kebab-case
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'Failure';
    this.code = code;
  }
}

/**
 * Ends the process after showing what went wrong: a Failure by its message, anything else with its stack.
 *
 * @param {unknown} error
 * @returns {never}
 */
export function exitWith(error) {
  const text =
    error instanceof Failure ? error.message : error instanceof Error ? error.stack : String(error);
  console.error(`\n${text}`);
  process.exit(1);
}
