// A failure in words: all that a problem document says, long lists shortened.
import { ConnectionError, type Problem, ProblemError } from '@gradus/client';
import { UsageError } from './failures.js';

const SHOWN_OF_A_LIST = 10;

/** @returns lines, the first of which says it all in short */
export function failureLines(error: unknown): string[] {
  if (error instanceof ProblemError) return problemLines(error.problem);
  if (error instanceof ConnectionError) {
    return [`No answer from the api: ${error.message}`, `  ${rootOf(error).message}`];
  }
  if (error instanceof UsageError) return [error.message];
  // Not foreseen: whoever looks into it needs to know where it was.
  return String(error instanceof Error ? error.stack : error).split('\n');
}

function problemLines(problem: Problem): string[] {
  const { title, status, code, detail, requestId } = problem;
  const lines = [
    code === 'unexpected-answer'
      ? `What answers there is not the api of Gradus: ${status} ${title}`
      : `${title} (${status} ${code})`,
    ...(detail === null ? [] : [detail]),
    ...extensionLines(problem),
    ...(requestId === null ? [] : [`request id: ${requestId}`]),
  ];
  return lines.map((line, index) => (index === 0 ? line : `  ${line}`));
}

/** @returns what the problem's code tells beside the rest */
function extensionLines(problem: Problem): string[] {
  switch (problem.code) {
    case 'validation-failed':
      return problem.errors.map(({ path, message }) => `${path}: ${message}`);
    case 'agents-busy': {
      const lines = problem.conflicts.map(({ agentId, planId }) => `${agentId} is in ${planId}`);
      return shortened(lines, problem.conflictCount);
    }
    case 'unknown-agents': {
      const lines = problem.agentIds.map((agentId) => `${agentId} is not in the inventory`);
      return shortened(lines, problem.agentCount);
    }
    case 'version-mismatch': {
      const lines = problem.agents.map(
        ({ agentId, actualVersion }) => `${agentId} runs ${actualVersion ?? 'nothing known'}`,
      );
      return shortened(lines, problem.agentCount);
    }
    default:
      return [];
  }
}

/** @param count how many there are, of which the api shows only some */
function shortened(lines: string[], count: number): string[] {
  const shown = lines.slice(0, SHOWN_OF_A_LIST);
  const left = count - shown.length;
  return left === 0 ? shown : [...shown, `and ${left} more`];
}

/** @returns the cause of the cause … that says why */
function rootOf(error: Error): Error {
  let root = error;
  while (root.cause instanceof Error && root.cause.message !== '') root = root.cause;
  return root;
}
