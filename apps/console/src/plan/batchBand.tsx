// The batches across time: what ran, what is watched, what is likely to come.
import type { PlanSummary } from '@gradus/domain';
import { In, Instant, local, now } from '../ui/instant.js';
import { duration } from '../words/durations.js';
import { number } from '../words/numbers.js';
import { batchName, countsText } from '../words/statusText.js';
import type { Pace, Phase } from './pace.js';

const KINDS: Record<Phase['kind'], string> = {
  ran: 'ran',
  watched: 'was watched',
  runs: 'runs',
  watches: 'is watched',
  planned: 'is to come',
};

/** More batches than these are shown without their names. */
const NAMED = 12;
/** A name does not fit into less. */
const LEAST_NAMED_PERCENT = 4;
/** More than these are shown together: those behind, the one that is executed, those to come. */
const APART = 150;
const TICKS = 4;

interface BatchBandProps {
  plan: PlanSummary;
  pace: Pace;
  selected: number;
  onSelect: (batchIndex: number) => void;
}

/** A stretch of time that one button stands for. */
interface Block {
  /** Chosen by the button. */
  batchIndex: number;
  label: string;
  from: number;
  to: number;
  isOver: boolean;
  phases: Phase[];
}

function extent(phases: readonly Phase[]): { from: number; to: number } {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (const phase of phases) {
    from = Math.min(from, phase.from);
    to = Math.max(to, phase.to);
  }
  return { from, to };
}

function apart(plan: PlanSummary, byBatch: ReadonlyMap<number, Phase[]>): Block[] {
  return plan.batches.flatMap((batch): Block[] => {
    const { batchIndex, status, counts, failedCount, allowedFailures, forgiven } = batch;
    const phases = byBatch.get(batchIndex);
    if (phases === undefined) return [];
    const told = phases.map(({ kind, from, to }) => `${KINDS[kind]} ${duration(to - from)}`).join(', ');
    return [
      {
        batchIndex,
        label: `${batchName(batchIndex)}, ${status}: ${countsText(counts)}; ${told}`,
        ...extent(phases),
        isOver: failedCount > allowedFailures + forgiven,
        phases,
      },
    ];
  });
}

function together(plan: PlanSummary, all: readonly Phase[]): Block[] {
  const { currentBatch, batches } = plan;
  const parts = [
    {
      name: 'Batches behind',
      batchIndex: Math.max(0, currentBatch - 1),
      kind: 'ran' as const,
      of: (index: number) => index < currentBatch,
    },
    {
      name: batchName(currentBatch),
      batchIndex: currentBatch,
      kind: null,
      of: (index: number) => index === currentBatch,
    },
    {
      name: 'Batches to come',
      batchIndex: Math.min(batches.length - 1, currentBatch + 1),
      kind: 'planned' as const,
      of: (index: number) => index > currentBatch,
    },
  ];
  return parts.flatMap(({ name, batchIndex, kind, of }): Block[] => {
    const phases = all.filter((phase) => of(phase.batchIndex));
    if (phases.length === 0) return [];
    const { from, to } = extent(phases);
    const shown = kind === null ? phases : [{ batchIndex, kind, from, to }];
    return [{ batchIndex, label: `${name}: ${duration(to - from)}`, from, to, isOver: false, phases: shown }];
  });
}

export function BatchBand({ plan, pace, selected, onSelect }: BatchBandProps) {
  const all = extent(pace.phases);
  const from = Math.min(all.from, Date.parse(plan.startedAt ?? '') || now.value);
  const span = { from, to: Math.max(all.to, from + 1_000) };
  const percent = (at: number) => ((at - span.from) / (span.to - span.from)) * 100;
  const isOpen = plan.completedAt === null;
  const blocks =
    plan.batches.length > APART
      ? together(plan, pace.phases)
      : apart(
          plan,
          Map.groupBy(pace.phases, ({ batchIndex }) => batchIndex),
        );
  const isWatching = pace.phases.some(({ kind }) => kind === 'watches');
  const isNamed = plan.batches.length <= NAMED;
  const ticks = Array.from(
    { length: TICKS + 1 },
    (_, index) => span.from + ((span.to - span.from) * index) / TICKS,
  );
  // When one that stands still goes on nobody knows.
  const isKnown = !isOpen || (pace.perMinute !== null && plan.status !== 'paused');
  return (
    <section class="card band-card" aria-labelledby="band-title">
      <header>
        <h2 id="band-title">Batches across time</h2>
        <ul class="legend">
          <li>
            <i class="phase-key is-ran" /> ran
          </li>
          {isOpen && (
            <li>
              <i class="phase-key is-runs" /> running
            </li>
          )}
          <li>
            <i class={`phase-key ${isWatching ? 'is-watches' : 'is-watched'}`} /> watched
          </li>
          {isOpen && (
            <li>
              <i class="phase-key is-planned" /> {isKnown ? 'expected' : 'to come, some time'}
            </li>
          )}
        </ul>
      </header>
      <div class="band">
        {blocks.map(({ batchIndex, label, from: left, to: right, isOver, phases }) => (
          <button
            key={batchIndex}
            type="button"
            class={`band-batch ${isNamed ? '' : 'is-narrow'}`}
            aria-pressed={batchIndex === selected}
            aria-label={label}
            title={label}
            style={{ left: `${percent(left)}%`, width: `${percent(right) - percent(left)}%` }}
            onClick={() => onSelect(batchIndex)}
          >
            {phases.map(({ kind, from: a, to: b }) => (
              <i key={kind} class={`is-${kind} ${isOver ? 'is-over' : ''}`} style={{ flexGrow: b - a }} />
            ))}
            {isNamed && percent(right) - percent(left) >= LEAST_NAMED_PERCENT && (
              <span>{number(batchIndex + 1)}</span>
            )}
          </button>
        ))}
        {isOpen && plan.startedAt !== null && (
          <i class="band-now" style={{ left: `${Math.min(100, percent(now.value))}%` }}>
            <span>now</span>
          </i>
        )}
      </div>
      <div class="band-axis" aria-hidden="true">
        {ticks.map((at, index) => (
          <span key={index} class={index % 2 === 1 ? 'is-spare' : undefined}>
            {isKnown || index === 0 ? local(at) : ''}
          </span>
        ))}
      </div>
      <p class="hidden">
        From <Instant at={span.from} /> to <Instant at={span.to} />
        {isOpen && pace.endsAt !== null && (
          <>
            , which is <In at={pace.endsAt} />
          </>
        )}
      </p>
    </section>
  );
}
