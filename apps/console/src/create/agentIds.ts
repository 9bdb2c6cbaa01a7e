// Agents' ids as people give them: pasted, from a file, in whatever way they are separated.

/** The api takes no other ids: whatever is between two is what separates them. */
const BETWEEN = /[\s,;"']+/;

/** @returns each id once, the first one first */
export function parseAgentIds(text: string): string[] {
  return [...new Set(text.split(BETWEEN).filter((id) => id !== ''))];
}
