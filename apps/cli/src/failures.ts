// What can go wrong, and which exit code it is.
import { ConnectionError, ProblemError } from '@gradus/client';
import { CommanderError } from 'commander';
import type { Ending } from './exitCodes.js';

/** The command line, or a file that it names, is not what it must be. */
export class UsageError extends Error {
  readonly code = 'usage';
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A signal asked the process to end. */
export class Interrupted extends Error {
  readonly code: 'interrupted' | 'terminated';
  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`ended by ${signal}`);
    this.name = 'Interrupted';
    this.code = signal === 'SIGINT' ? 'interrupted' : 'terminated';
  }
}

/** @returns how a command ends that threw this */
export function endingOf(error: unknown): Ending {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 'done' : 'usage';
  if (error instanceof UsageError) return 'usage';
  if (error instanceof Interrupted) return error.code;
  if (error instanceof ConnectionError) return 'unreachable';
  return error instanceof ProblemError ? endingOfProblem(error) : 'unexpected';
}

function endingOfProblem({ status, code }: ProblemError): Ending {
  if (status === 401 || status === 403) return 'forbidden';
  // Something answers there, and it is no api of Gradus.
  if (code === 'unexpected-answer' || status === 503) return 'unreachable';
  if (status === 404) return 'not-found';
  return status >= 400 && status < 500 ? 'refused' : 'unexpected';
}

/** Whether it is not known if the api has carried out what it was asked. */
export function isUncertain(error: unknown): boolean {
  if (error instanceof ConnectionError || error instanceof Interrupted) return true;
  return error instanceof ProblemError && (error.status >= 500 || error.code === 'idempotency-in-progress');
}
