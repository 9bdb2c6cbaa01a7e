// The picture of a plan on a terminal, as lines.
import type { BatchSummary, PlanEvent, PlanSummary } from '@gradus/domain';
import { eventLine } from '../eventText.js';
import type { Style } from '../output.js';
import { failuresText, stateParts, upgradeText } from '../planText.js';
import { bar } from './bar.js';

const NARROWEST_BAR = 10;
const WIDEST_BAR = 40;
/** What stands beside a bar. */
const BESIDE_A_BAR = 60;
/** What was left out before and after, and where the cursor stands. */
const SPARE_LINES = 3;
const LEAST_BATCHES = 3;

/** What is to be seen. */
export interface View {
  plan: PlanSummary;
  /** The newest last. */
  news: readonly PlanEvent[];
  /** Why the api is not heard of; null where it is. */
  trouble: string | null;
}

export interface Screen {
  columns: number;
  rows: number;
}

export function frame({ plan, news, trouble }: View, { columns, rows }: Screen, style: Style): string[] {
  const cut = (text: string) => (text.length < columns ? text : `${text.slice(0, columns - 2)}…`);
  const width = Math.min(WIDEST_BAR, Math.max(NARROWEST_BAR, columns - BESIDE_A_BAR));
  const head = [
    style('strong', cut(`${plan.id}  ${plan.name}`)),
    cut(upgradeText(plan)),
    // Never cut: why a plan is paused may need more than one row.
    ...stateParts(plan).map(stateStyle(plan, style)),
  ];
  const foot = [
    ...news.map((event) => style('faint', cut(eventLine(event)))),
    ...(trouble === null ? [] : [style('bad', cut(trouble))]),
  ];
  const taken = [...head, ...foot].reduce((sum, line) => sum + Math.ceil(line.length / columns), SPARE_LINES);
  const { shown, before, after } = aroundCurrent(plan, Math.max(LEAST_BATCHES, rows - taken));
  const label = String(plan.batches.length - 1).length;
  const batchLine = (batch: BatchSummary) => {
    const { batchIndex, status, counts } = batch;
    const done = `${counts.completed + counts.skipped}/${counts.agents}`;
    const numbers = `${done.padStart(9)}  ${status.padEnd(9)}  ${failuresText(batch)}`;
    const left = `batch ${String(batchIndex).padStart(label)} `;
    const room = Math.max(0, columns - 1 - left.length - width - 2);
    return left + bar(counts, width, style) + numbers.slice(0, room);
  };
  return [
    ...head,
    ...(before === 0 ? [] : [style('faint', `… ${before} batches before`)]),
    ...shown.map(batchLine),
    ...(after === 0 ? [] : [style('faint', `… ${after} batches after`)]),
    ...foot,
  ];
}

/** As many batches as there is room for, the current one among them. */
function aroundCurrent({ batches, currentBatch }: PlanSummary, room: number) {
  const latest = Math.max(0, batches.length - room);
  const before = Math.min(latest, Math.max(0, currentBatch - Math.floor(room / 2)));
  const shown = batches.slice(before, before + room);
  return { shown, before, after: batches.length - before - shown.length };
}

function stateStyle({ status }: PlanSummary, style: Style): (text: string) => string {
  if (status === 'completed') return (text) => style('good', text);
  return status === 'running' || status === 'pending' ? (text) => text : (text) => style('bad', text);
}
