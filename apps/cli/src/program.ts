// The program: every command, and what becomes of a failure.
import { readFileSync } from 'node:fs';
import { ProblemError } from '@gradus/client';
import { Command, CommanderError } from 'commander';
import { addAgent } from './agent/agent.js';
import { addAgents } from './agents/agents.js';
import { addCompletion } from './completion/completion.js';
import type { Context, Io } from './context.js';
import { EXIT_CODES } from './exitCodes.js';
import { endingOf } from './failures.js';
import { failureLines } from './failureText.js';
import { addKeys } from './keys/keys.js';
import { createOutput } from './output.js';
import { addPlans } from './plans/plans.js';
import { addSimulate } from './simulate/simulate.js';

/** Of help that is not read on a terminal. */
const HELP_WIDTH = 100;

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

/** @returns every command, with nothing carried out yet */
function createProgram(context: Context): Command {
  const program = new Command('gradus')
    .description('The command line of operators of Gradus: upgrades of a fleet, batch by batch.')
    .version(version)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      getOutHelpWidth: () => context.stdout.columns ?? HELP_WIDTH,
      getErrHelpWidth: () => context.stderr.columns ?? HELP_WIDTH,
    })
    .hook('preAction', (_, command) => {
      const { json = false, color = true } = command.opts<{ json?: boolean; color?: boolean }>();
      context.out = createOutput(context, { json, color });
    });
  program.addHelpText('after', `\nExit codes:\n${exitCodeLines().join('\n')}`);
  addPlans(program, context);
  addAgents(program, context);
  addAgent(program, context);
  addKeys(program, context);
  addSimulate(program, context);
  addCompletion(program, context);
  return program;
}

function exitCodeLines(): string[] {
  return Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padEnd(5)}${meaning}`);
}

/**
 * Carries a command line out.
 *
 * @param args without the names of the runtime and the program
 * @returns the exit code
 */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  const context: Context = { ...io, out: createOutput(io, { json: false, color: true }), ending: 'done' };
  try {
    await createProgram(context).parseAsync(args, { from: 'user' });
  } catch (error) {
    context.ending = endingOf(error);
    // The parser has said what is wrong already.
    if (!(error instanceof CommanderError)) report(context, error);
  }
  return EXIT_CODES[context.ending].code;
}

function report({ out, ending }: Context, error: unknown): void {
  if (ending === 'interrupted' || ending === 'terminated') return;
  const [first = '', ...rest] = failureLines(error);
  if (!out.isJson) {
    out.notes(`gradus: ${first}`, ...rest);
    return;
  }
  const problem = error instanceof ProblemError ? error.problem : undefined;
  out.notes(JSON.stringify({ error: ending, exitCode: EXIT_CODES[ending].code, message: first, problem }));
}
