// The end of a request: its caller's, or its time limit's.

export interface TimeLimit {
  /** Aborts when the time is over, or with the caller's signal. */
  signal: AbortSignal;
  isOver(): boolean;
  /** Begins the time anew: the request makes progress. */
  restart(): void;
  /** To be called when the request has ended, so that neither timer nor listener stays behind. */
  clear(): void;
}

/** @param caller ends the request too, with its own reason */
export function startTimeLimit(ms: number, caller: AbortSignal | undefined): TimeLimit {
  const controller = new AbortController();
  let over = false;
  const expire = () => {
    over = true;
    controller.abort();
  };
  const follow = () => controller.abort(caller?.reason);
  let timer = setTimeout(expire, ms);
  if (caller?.aborted) follow();
  // By hand: a signal composed of a long-lived one by AbortSignal.any is kept alive by it on older runtimes.
  caller?.addEventListener('abort', follow);
  return {
    signal: controller.signal,
    isOver: () => over,
    restart: () => {
      clearTimeout(timer);
      timer = setTimeout(expire, ms);
    },
    clear: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', follow);
    },
  };
}
