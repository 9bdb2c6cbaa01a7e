// Tidying up that Redis' absence interrupted: gone on with in the background, as soon as Redis is there again.
const AGAIN_MS = 500;

/**
 * Tries the work, and where that fails again and again beside whatever comes next. It must be harmless late, and
 * whoever needs it must manage without: it ends with its process.
 *
 * @param forMs no try is made after this
 * @returns once it was tried once, however that went
 */
export async function persist(work: () => Promise<unknown>, forMs: number): Promise<void> {
  const until = performance.now() + forMs;
  const attempt = async (): Promise<void> => {
    try {
      await work();
    } catch {
      if (performance.now() + AGAIN_MS < until) setTimeout(() => void attempt(), AGAIN_MS).unref();
    }
  };
  await attempt();
}
