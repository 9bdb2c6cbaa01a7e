// Copies of the tree with deliberate bugs in them, by which a test shows that it would see such a bug.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED_FILES = ['package.json', 'test/package.json', 'vitest.config.ts', 'tsconfig.base.json'];
const NOT_COPIED = new Set(['node_modules', 'dist', '.turbo', 'tsconfig.tsbuildinfo']);
const OURS = '@gradus';

interface Edit {
  file: string;
  from: string;
  to: string;
}

export interface PlantedBug {
  name: string;
  edits: readonly Edit[];
}

/** The text to be edited is no longer in the tree as it is. */
class PlantedBugOutdated extends Error {
  readonly code = 'planted-bug-outdated';
  constructor({ file, from }: Edit) {
    super(`${file} has not, or not just once: ${from.trim()}`);
    this.name = 'PlantedBugOutdated';
  }
}

/**
 * A copy of the tree, with the same libraries and packages of its own.
 *
 * @param parts folders that are copied beside `packages` and `scripts`
 * @returns its folder
 */
export async function copyTree(parts: readonly string[]): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'gradus-planted-'));
  const filter = (source: string) => !NOT_COPIED.has(source.slice(source.lastIndexOf('/') + 1));
  for (const part of ['packages', 'scripts', ...parts]) {
    await cp(join(ROOT, part), join(copy, part), { recursive: true, filter });
  }
  for (const file of COPIED_FILES) await cp(join(ROOT, file), join(copy, file));
  await mkdir(join(copy, 'node_modules', OURS), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name === OURS || name === '.vite') continue;
    await symlink(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  }
  for (const name of await readdir(join(copy, 'packages'))) {
    await symlink(join(copy, 'packages', name), join(copy, 'node_modules', OURS, name));
  }
  return copy;
}

/**
 * Does the work while the bug is in the copy, which is as before afterwards.
 *
 * @throws PlantedBugOutdated
 */
export async function withPlanted<Result>(
  copy: string,
  { edits }: PlantedBug,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = new Map<string, string>();
  try {
    for (const edit of edits) {
      const file = join(copy, edit.file);
      const text = await readFile(file, 'utf8');
      if (text.split(edit.from).length !== 2) throw new PlantedBugOutdated(edit);
      if (!before.has(file)) before.set(file, text);
      await writeFile(
        file,
        text.replace(edit.from, () => edit.to),
      );
    }
    return await work();
  } finally {
    for (const [file, text] of before) await writeFile(file, text);
  }
}

/**
 * Runs a test file of the copy.
 *
 * @param env beside PATH and HOME; `reportVariable` names to the test the file that it writes its report to
 * @returns the report
 * @throws TypeError with the end of what the run said, where it wrote none
 */
export async function runInCopy<Report>(
  copy: string,
  testFile: string,
  reportVariable: string,
  env: Record<string, string | undefined>,
): Promise<Report> {
  const reportFile = join(copy, 'report.json');
  await rm(reportFile, { force: true });
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const said = await runNode(copy, [vitest, 'run', testFile, '--root', copy], {
    ...env,
    [reportVariable]: reportFile,
  });
  const text = await readFile(reportFile, 'utf8').catch(() => {
    throw new TypeError(`${testFile} came to no report:\n${said.text}`);
  });
  return JSON.parse(text) as Report;
}

/** Builds some of the copy. @param parts folders of apps and packages @throws TypeError where they do not compile */
export async function buildCopy(copy: string, parts: readonly string[]): Promise<void> {
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  const said = await runNode(copy, [tsc, '-b', ...parts], {});
  if (said.code !== 0) throw new TypeError(`the copy does not compile:\n${said.text}`);
}

const SHOWN_CHARACTERS = 3_000;

async function runNode(cwd: string, args: string[], env: Record<string, string | undefined>) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, args, {
    ...{ cwd, env: { PATH, HOME, ...env } },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const output of [child.stdout, child.stderr])
    output.on('data', (part: Buffer) => said.push(part.toString()));
  const [code] = await once(child, 'close');
  return { code: code as number | null, text: said.join('').slice(-SHOWN_CHARACTERS) };
}
