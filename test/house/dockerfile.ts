// The Dockerfile as the tests read it: what its instructions say, stage by stage.
import { readFileSync } from 'node:fs';

export interface Instruction {
  /** `COPY`, `RUN`, … */
  name: string;
  /** All behind it, in words. */
  words: string[];
  /** All behind it, as it stands there. */
  text: string;
}

const instructions = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line): Instruction => {
    const [name = '', ...words] = line.split(/\s+/);
    return { name, words, text: line.slice(name.length + 1) };
  });

/** From each `FROM` to the next one. */
const stages: Instruction[][] = [];
for (const instruction of instructions) {
  if (instruction.name === 'FROM') stages.push([]);
  stages.at(-1)?.push(instruction);
}

/** The first image of each stage: of the registry's, or an earlier stage. */
export const BASES = stages.map(([from]) => from?.words[0]);

/** What becomes the image. */
export const LAST_STAGE: readonly Instruction[] = stages.at(-1) ?? [];

export function stageNamed(name: string): readonly Instruction[] {
  const stage = stages.find(([from]) => from?.words.at(-1) === name);
  if (stage === undefined) throw new RangeError(`the Dockerfile has no stage ${name}`);
  return stage;
}

/** @returns the sources and the target of each COPY; `from` is the stage they come from, null: the sources of Gradus */
export function copies(
  stage: readonly Instruction[],
): { from: string | null; sources: string[]; target: string }[] {
  return stage
    .filter(({ name }) => name === 'COPY')
    .map(({ words }) => {
      const from = /^--from=(.*)/.exec(words[0] ?? '')?.[1] ?? null;
      const paths = from === null ? words : words.slice(1);
      return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
    });
}

/** @returns the JSON list behind the last instruction of that name, such as a CMD's */
export function listOf(stage: readonly Instruction[], name: string): string[] {
  const text = stage.findLast((instruction) => instruction.name === name)?.text ?? '';
  return JSON.parse(text.slice(text.indexOf('[')));
}
