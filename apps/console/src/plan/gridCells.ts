// Where each square of the grid of agents lies, and what it shows. Pure, so that drawing is all that a canvas does.
import type { AgentState, PlanSummary } from '@gradus/domain';
import { SHADES } from '../ui/shades.js';

/** More squares than these are too small, or too long a way to scroll: each then stands for several agents. */
const MOST_CELLS = 5_000;
const MOST_CELLS_NARROW = 2_000;
const NARROW = 500;
/** More batches than these follow each other without rows of their own. */
const MOST_ROWS = 24;
const GUTTER = 30;
const ROW_GAP = 8;

export interface GridBatch {
  batchIndex: number;
  /** Where its number is written; null: nowhere. */
  labelAt: number | null;
  /** The first square, counted in squares from the top left. */
  first: number;
  /** How many squares show each state, in order. */
  runs: { state: AgentState; cells: number }[];
  cells: number;
}

export interface Grid {
  agentsPerCell: number;
  /** Pixels of a square, and of what is between two. */
  size: number;
  gap: number;
  columns: number;
  left: number;
  height: number;
  /** Squares' top, by batch, where batches have rows of their own. */
  tops: number[] | null;
  batches: GridBatch[];
}

function sizeFor(cells: number): { size: number; gap: number } {
  if (cells <= 300) return { size: 15, gap: 3 };
  if (cells <= 1_200) return { size: 11, gap: 2 };
  if (cells <= 2_500) return { size: 8, gap: 2 };
  return { size: 6, gap: 1 };
}

/** @returns how many squares each state has: whatever there is has one at least */
function runsOf(counts: PlanSummary['counts'], agentsPerCell: number, cells: number): GridBatch['runs'] {
  const runs = SHADES.map((state) => ({
    state,
    cells: counts[state] === 0 ? 0 : Math.max(1, Math.round(counts[state] / agentsPerCell)),
  })).filter((run) => run.cells > 0);
  // What rounding has put in too much or left out is the largest one's.
  const largest = runs.toSorted((a, b) => b.cells - a.cells)[0];
  if (largest !== undefined) {
    largest.cells += cells - runs.reduce((sum, run) => sum + run.cells, 0);
  }
  return runs.filter((run) => run.cells > 0);
}

/** @param width pixels that there are */
export function layGrid(plan: Pick<PlanSummary, 'batches' | 'counts'>, width: number): Grid {
  const { batches, counts } = plan;
  const agentsPerCell = Math.max(
    1,
    Math.ceil(counts.agents / (width < NARROW ? MOST_CELLS_NARROW : MOST_CELLS)),
  );
  const isInRows = batches.length <= MOST_ROWS && batches.length > 1;
  const cellsOf = (agents: number) => Math.max(1, Math.ceil(agents / agentsPerCell));
  const total = batches.reduce((sum, batch) => sum + cellsOf(batch.counts.agents), 0);
  const { size, gap } = sizeFor(total);
  const left = isInRows ? GUTTER : 0;
  const columns = Math.max(1, Math.floor((width - left + gap) / (size + gap)));
  const tops: number[] = [];
  let top = 0;
  let first = 0;
  const laid = batches.map((batch): GridBatch => {
    const cells = cellsOf(batch.counts.agents);
    const runs = runsOf(batch.counts, agentsPerCell, cells);
    const at = first;
    tops.push(top);
    if (isInRows) top += Math.max(size + gap, Math.ceil(cells / columns) * (size + gap)) + ROW_GAP;
    // A square is left out between two batches.
    else first += cells + (batches.length > 1 ? 1 : 0);
    return {
      batchIndex: batch.batchIndex,
      labelAt: isInRows ? (tops.at(-1) ?? 0) : null,
      first: at,
      runs,
      cells,
    };
  });
  const height = isInRows ? top - ROW_GAP : Math.ceil(first / columns) * (size + gap);
  return {
    agentsPerCell,
    size,
    gap,
    columns,
    left,
    height: Math.max(size, height),
    tops: isInRows ? tops : null,
    batches: laid,
  };
}

/** @returns the batch at a point of the grid; null where there is none */
export function batchAt(grid: Grid, x: number, y: number): number | null {
  const { size, gap, columns, left, tops } = grid;
  if (tops !== null) {
    const index = tops.findLastIndex((top) => y >= top);
    return grid.batches[index]?.batchIndex ?? null;
  }
  const cell =
    Math.floor(y / (size + gap)) * columns + Math.min(columns - 1, Math.floor((x - left) / (size + gap)));
  return grid.batches.findLast(({ first }) => cell >= first)?.batchIndex ?? null;
}
