// Work that is given up when there is no time left for it.

/** The work was given up; it may be going on all the same. */
export const GIVEN_UP = Symbol('given up');

/**
 * @param outOfTime aborts when there is no time left
 * @returns what the work came to
 */
export async function unlessOutOfTime<Answer>(
  outOfTime: AbortSignal,
  work: () => Promise<Answer>,
): Promise<Answer | typeof GIVEN_UP> {
  if (outOfTime.aborted) return GIVEN_UP;
  let giveUp: () => void = () => undefined;
  const givenUp = new Promise<typeof GIVEN_UP>((resolve) => {
    giveUp = () => resolve(GIVEN_UP);
  });
  outOfTime.addEventListener('abort', giveUp);
  try {
    return await Promise.race([work(), givenUp]);
  } finally {
    outOfTime.removeEventListener('abort', giveUp);
  }
}
