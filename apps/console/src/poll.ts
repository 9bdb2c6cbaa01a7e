// Asking again and again, for as long as somebody looks.
import { effect } from '@preact/signals';
import { isVisible } from './visible.js';

/** An answer that takes long, of very many batches say, is asked for less often. */
const PAUSE_FACTOR = 4;

export interface Polling {
  /** Asks at once, or, where an answer is awaited, once more after it. */
  poke(): void;
  stop(): void;
}

/**
 * @param load asks once; what it throws is its own business
 * @param everyMs from one answer to the next question, at the least
 */
export function poll(load: (signal: AbortSignal) => Promise<void>, everyMs: number): Polling {
  let controller: AbortController | null = null;
  let timer: number | undefined;
  let isPoked = false;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    if (controller !== null) {
      isPoked = true;
      return;
    }
    controller = new AbortController();
    const { signal } = controller;
    const askedAt = performance.now();
    await load(signal);
    if (signal.aborted) return;
    controller = null;
    const again = isPoked ? 0 : Math.max(everyMs, PAUSE_FACTOR * (performance.now() - askedAt));
    isPoked = false;
    timer = setTimeout(ask, again);
  }

  function end(): void {
    clearTimeout(timer);
    controller?.abort();
    controller = null;
    isPoked = false;
  }

  const unwatch = effect(() => {
    if (!isVisible.value) end();
    else void ask();
  });
  return {
    poke: () => {
      if (isVisible.peek()) void ask();
    },
    stop: () => {
      unwatch();
      end();
    },
  };
}
