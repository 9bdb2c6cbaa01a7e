// JSON that Lua's parser takes: half a surrogate pair, which JavaScript lets by, is no text anywhere else.

/** @returns the value as JSON, with what is no text in it replaced by U+FFFD */
export function wellFormedJson(value: unknown): string {
  const json = JSON.stringify(value);
  // Whole pairs stand in JSON as they are; only halves are escaped.
  if (!/\\ud[89a-f]/i.test(json)) return json;
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? part.toWellFormed() : part));
}
