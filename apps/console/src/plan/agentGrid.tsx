// Every agent of a plan as a square in the colour of its state, however many there are.
import { AGENT_STATES, type AgentState, type PlanSummary } from '@gradus/domain';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { theme } from '../theme.js';
import { SHADE_NAMES, SHADES } from '../ui/shades.js';
import { counted, number } from '../words/numbers.js';
import { batchName, countsText } from '../words/statusText.js';
import { batchAt, type Grid, layGrid } from './gridCells.js';

type Colours = Record<AgentState | 'text' | 'frame', string>;

/** A canvas knows no variables of the style sheet: their values are asked of elements that have them. */
function readColours(beside: Element): Colours {
  const probe = document.createElement('span');
  beside.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const states = AGENT_STATES.map((state) => [state, read(state)]);
  const colours = { ...Object.fromEntries(states), text: read('faint'), frame: read('accent') } as Colours;
  probe.remove();
  return colours;
}

function draw(
  canvas: HTMLCanvasElement,
  grid: Grid,
  width: number,
  colours: Colours,
  selected: number,
): void {
  const ratio = devicePixelRatio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(grid.height * ratio)];
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, grid.height);
  context.font = '600 12px system-ui, sans-serif';
  const { size, gap, columns, left, tops } = grid;
  const step = size + gap;
  for (const [index, { batchIndex, labelAt, first, runs }] of grid.batches.entries()) {
    if (labelAt !== null) {
      context.fillStyle = batchIndex === selected ? colours.frame : colours.text;
      context.fillText(number(batchIndex + 1), 0, labelAt + Math.max(10, size - 2));
    }
    const top = tops?.[index] ?? 0;
    let cell = tops === null ? first : 0;
    for (const { state, cells } of runs) {
      context.fillStyle = colours[state];
      for (const end = cell + cells; cell < end; cell += 1) {
        context.fillRect(left + (cell % columns) * step, top + Math.floor(cell / columns) * step, size, size);
      }
    }
  }
}

interface AgentGridProps {
  plan: PlanSummary;
  selected: number;
  onSelect: (batchIndex: number) => void;
}

export function AgentGrid({ plan, selected, onSelect }: AgentGridProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = useRef<{ theme: string; read: Colours } | null>(null);
  const [width, setWidth] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const shownTheme = theme.value;
  const grid = width > 0 ? layGrid(plan, width) : null;

  useLayoutEffect(() => {
    const box = canvas.current?.parentElement;
    if (!box) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const { current } = canvas;
    if (current?.parentElement == null || grid === null) return;
    if (colours.current?.theme !== shownTheme) {
      colours.current = { theme: shownTheme, read: readColours(current.parentElement) };
    }
    draw(current, grid, width, colours.current.read, selected);
  });

  const find = (event: MouseEvent) => (grid === null ? null : batchAt(grid, event.offsetX, event.offsetY));
  const told = plan.batches[pointed ?? -1];
  return (
    <section class="card" aria-labelledby="grid-title">
      <header>
        <h2 id="grid-title">{counted(plan.counts.agents, 'agent')}</h2>
        <span class="faint">
          {grid !== null && grid.agentsPerCell > 1
            ? `a square is ${number(grid.agentsPerCell)} agents`
            : 'a square is an agent'}
        </span>
      </header>
      <div class="grid-box">
        <canvas
          ref={canvas}
          role="img"
          aria-label={`All agents: ${countsText(plan.counts)}`}
          style={{ height: `${grid?.height ?? 0}px` }}
          title={told && `${batchName(told.batchIndex)}: ${countsText(told.counts)}`}
          onMouseMove={(event) => setPointed(find(event))}
          onClick={(event) => {
            const index = find(event);
            if (index !== null) onSelect(index);
          }}
        />
      </div>
      <ul class="legend">
        {SHADES.filter((shade) => plan.counts[shade] > 0).map((shade) => (
          <li key={shade}>
            <span class={`swatch is-${shade}`} />
            {number(plan.counts[shade])} {SHADE_NAMES[shade]}
          </li>
        ))}
      </ul>
    </section>
  );
}
