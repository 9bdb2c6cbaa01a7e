// How failures are answered: RFC 9457 problem details, with nothing in them that only the log should know.
import { InvalidCursor, NewerPlan, StoreUnavailable } from '@gradus/store';
import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Logger } from 'pino';
import type { ApiEnv } from './env.js';
import { headersOf, PROBLEMS, Problem } from './errors.js';
import { isGone } from './hungUp.js';

type RefusalCode = 'invalid-json' | 'forbidden' | 'body-too-large' | 'unsupported-media-type';

/** What the framework itself refuses, by status. */
const REFUSED: Partial<Record<number, { code: RefusalCode; detail: string }>> = {
  400: { code: 'invalid-json', detail: 'The body cannot be read as JSON.' },
  403: { code: 'forbidden', detail: 'Form posts from other sites are refused.' },
  413: { code: 'body-too-large', detail: 'The body is too large.' },
  415: { code: 'unsupported-media-type', detail: 'Send the body as application/json.' },
};

/** @returns the problem that the error stands for; `internal` where it was not foreseen */
function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) {
    return new Problem(
      'unavailable',
      'The store cannot be reached. Repeat the request shortly.',
      {},
      { cause: error },
    );
  }
  if (error instanceof NewerPlan) {
    const detail = `${error.planId} was made by a newer version than this api is, and was left alone. Repeat the request: an api of that version answers it.`;
    return new Problem('newer-version', detail, {}, { cause: error });
  }
  if (error instanceof InvalidCursor) {
    const errors = [{ path: 'query.cursor', message: 'must be a nextCursor that this listing gave' }];
    return new Problem('validation-failed', 'The cursor is not valid.', { errors });
  }
  const refused = error instanceof HTTPException ? REFUSED[error.status] : undefined;
  if (refused !== undefined) return new Problem(refused.code, refused.detail);
  return new Problem(
    'internal',
    'Something went wrong. The request id finds it in the log.',
    {},
    { cause: error },
  );
}

/** @returns the answer that tells of the problem */
function renderProblem(c: Context<ApiEnv>, problem: Problem): Response {
  const { code, status } = problem;
  const body = {
    type: `urn:gradus:problem:${code}`,
    title: PROBLEMS[code].title,
    status,
    detail: problem.message,
    // As it was sent: a decoded path is no URI reference.
    instance: new URL(c.req.url).pathname,
    code,
    requestId: c.get('requestId'),
    ...problem.extension,
  };
  return c.body(JSON.stringify(body), status, {
    'Content-Type': 'application/problem+json',
    ...headersOf(code),
    ...problem.headers,
  });
}

/** Has the request's log line say what it ended in, and why where somebody was not let in. */
export function noteProblem(c: Context<ApiEnv>, { code, message }: Problem): void {
  c.get('about').code = code;
  if (code === 'unauthenticated' || code === 'forbidden') c.get('about').refusal = message;
}

/** Answers every error that a handler throws; the log gets the cause of those that are not the client's. */
export function onError(logger: Logger): ErrorHandler<ApiEnv> {
  return (error, c) => {
    const problem = toProblem(error);
    noteProblem(c, problem);
    const err = problem.cause ?? problem;
    const facts = { requestId: c.get('requestId'), err, ...c.get('about') };
    if (problem.code === 'unavailable') logger.warn(facts, 'unavailable');
    if (problem.code === 'internal') {
      // A client that hangs up makes reading its body fail: nothing is wrong here then.
      if (isGone(c)) logger.info(facts, 'client went away');
      else logger.error(facts, 'unexpected error');
    }
    return renderProblem(c, problem);
  };
}

export const notFound: NotFoundHandler<ApiEnv> = (c) =>
  renderProblem(c, new Problem('not-found', `There is no ${c.req.method} ${c.req.path}.`));
