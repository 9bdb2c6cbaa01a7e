// The grid of agents: how many squares show what, and which batch is where.
import { expect, it } from 'vitest';
import { batchAt, layGrid } from './gridCells.js';

const counts = (parts: Record<string, number>) => ({
  agents: Object.values(parts).reduce((sum, count) => sum + count, 0),
  ...{ pending: 0, running: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 },
  ...parts,
});

const planOf = (...batches: Record<string, number>[]) => {
  const all = batches.map((parts, batchIndex) => ({ batchIndex, counts: counts(parts) }));
  const agents = all.reduce((sum, { counts: of }) => sum + of.agents, 0);
  return { batches: all, counts: { ...counts({}), agents } } as unknown as Parameters<typeof layGrid>[0];
};

const squares = (grid: ReturnType<typeof layGrid>) =>
  grid.batches.flatMap(({ runs }) => runs).reduce((sum, { cells }) => sum + cells, 0);

it('has a square for each agent while there are not too many, in the order of their states', () => {
  const grid = layGrid(planOf({ completed: 3, failed: 1, pending: 6 }, { pending: 5 }), 800);
  expect(grid.agentsPerCell).toBe(1);
  expect(grid.batches[0]?.runs).toEqual([
    { state: 'completed', cells: 3 },
    { state: 'failed', cells: 1 },
    { state: 'pending', cells: 6 },
  ]);
  expect(squares(grid)).toBe(15);
});

it('shows one failure among a hundred thousand, and draws no more than it can', () => {
  const grid = layGrid(planOf({ completed: 99_998, failed: 1, pending: 1 }), 800);
  expect(grid.agentsPerCell).toBe(20);
  expect(grid.batches[0]?.runs.find(({ state }) => state === 'failed')?.cells).toBe(1);
  expect(squares(grid)).toBe(5_000);
  expect(squares(layGrid(planOf({ completed: 99_998, failed: 1, pending: 1 }), 360))).toBeLessThanOrEqual(
    2_000,
  );
});

it.each([3, 100])('finds the batch at a point where there are %i', (count) => {
  const grid = layGrid(planOf(...Array.from({ length: count }, () => ({ completed: 40 }))), 600);
  const found = new Set<number | null>();
  for (let y = 1; y < grid.height; y += 2) {
    for (let x = grid.left + 1; x < 600; x += 4) found.add(batchAt(grid, x, y));
  }
  expect(found.size).toBe(count);
  expect(batchAt(grid, grid.left + 1, 1)).toBe(0);
});
