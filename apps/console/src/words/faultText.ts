// What went wrong, in words for whoever looks at the page.
import { ConnectionError, isProblem, ProblemError } from '@gradus/client';

export function faultText(error: unknown): string {
  if (error instanceof ConnectionError) {
    return error.code === 'timed-out'
      ? 'The api took too long to answer. Whether it was carried out is not known: look before you try again.'
      : 'The api cannot be reached. Nothing is known to have been carried out.';
  }
  if (isProblem(error, 'stale-revision')) {
    return 'The plan has moved on since you looked. What is shown is up to date again: decide anew.';
  }
  if (isProblem(error, 'illegal-transition')) {
    return `The plan is ${error.problem.currentStatus} by now, which does not allow this.`;
  }
  if (error instanceof ProblemError) return error.detail ?? error.problem.title;
  return error instanceof Error ? error.message : String(error);
}
