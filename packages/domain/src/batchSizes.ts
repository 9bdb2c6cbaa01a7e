// How many agents each batch takes.

/** A batch's own size: a count, or a percent of all agents such as `5%`. */
export type BatchSize = number | `${string}%`;

/** `batchSize`: all alike, the last may be smaller. `batchSizes`: each its own, what is left into a last one. */
export type BatchCut = { batchSize: number } | { batchSizes: readonly BatchSize[] };

/** @returns the size in agents; a percent is of all agents, exact and rounded up */
function agentsOf(size: BatchSize, total: number): number {
  if (typeof size === 'number') return size;
  const [whole = '0', decimals = ''] = size.slice(0, -1).split('.');
  const denominator = 100n * 10n ** BigInt(decimals.length);
  return Number((BigInt(whole + decimals) * BigInt(total) + denominator - 1n) / denominator);
}

/**
 * Cuts the agents into batches.
 *
 * @param total how many agents there are
 * @returns the sizes in order; none is 0, and their sum is the total
 */
export function cutBatches(total: number, cut: BatchCut): number[] {
  const sizes: number[] = [];
  let left = total;
  const take = (size: number) => {
    const taken = Math.min(size, left);
    if (taken > 0) sizes.push(taken);
    left -= taken;
  };
  if ('batchSize' in cut) while (left > 0) take(cut.batchSize);
  else for (const size of cut.batchSizes) take(agentsOf(size, total));
  take(left);
  return sizes;
}
