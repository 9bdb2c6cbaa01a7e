// What the command ends with: a code for each way, for scripts to tell them apart.

export const EXIT_CODES = {
  done: { code: 0, meaning: 'Done; of a plan that was watched: it completed' },
  unexpected: { code: 1, meaning: 'Something that was not foreseen' },
  usage: { code: 2, meaning: 'The command line, or a file that it names, is wrong; nothing was asked' },
  'plan-paused': { code: 3, meaning: 'The watched plan is paused' },
  'plan-failed': { code: 4, meaning: 'The watched plan failed' },
  'plan-cancelled': { code: 5, meaning: 'The watched plan was cancelled' },
  refused: { code: 6, meaning: 'The api refused it (any other 4xx), or lines of an import' },
  forbidden: { code: 7, meaning: 'No valid token, or one that does not allow this (401, 403)' },
  'not-found': { code: 8, meaning: 'No such plan, batch or agent (404)' },
  unreachable: { code: 9, meaning: 'No api answered, or it cannot reach its Redis (503)' },
  interrupted: { code: 130, meaning: 'Ctrl-C' },
  'broken-pipe': { code: 141, meaning: 'Whoever read the output has gone' },
  terminated: { code: 143, meaning: 'Ended by SIGTERM' },
} as const;

export type Ending = keyof typeof EXIT_CODES;
