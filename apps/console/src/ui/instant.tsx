// Instants, in the viewer's zone, with UTC for who points at them.
import { signal } from '@preact/signals';
import { duration } from '../words/durations.js';

const TICK_MS = 1_000;

/** The viewer's clock, once a second. */
export const now = signal(Date.now());
setInterval(() => {
  if (document.visibilityState === 'visible') now.value = Date.now();
}, TICK_MS);

const timeOfDay = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const withYear = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** Of today the time alone; else the day too. */
export function local(at: number): string {
  const date = new Date(at);
  const today = new Date();
  if (date.toDateString() === today.toDateString()) return timeOfDay.format(date);
  return (date.getFullYear() === today.getFullYear() ? dayAndTime : withYear).format(date);
}

/** As in 2026-01-15 08:00:00 UTC. */
function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

interface InstantProps {
  at: string | number;
}

export function Instant({ at }: InstantProps) {
  const ms = Number(new Date(at));
  return (
    <time dateTime={new Date(ms).toISOString()} title={utc(ms)}>
      {local(ms)}
    </time>
  );
}

/** As in "12 min ago"; with the clock on hover. */
export function Ago({ at }: InstantProps) {
  const ms = Number(new Date(at));
  return (
    <time dateTime={new Date(ms).toISOString()} title={`${local(ms)}, ${utc(ms)}`}>
      {duration(now.value - ms)} ago
    </time>
  );
}

/** As in "in 9 min"; what is over by a clock of little difference is "now". */
export function In({ at }: InstantProps) {
  const ms = Number(new Date(at));
  const left = ms - now.value;
  return (
    <time dateTime={new Date(ms).toISOString()} title={`${local(ms)}, ${utc(ms)}`}>
      {left > 0 ? `in ${duration(left)}` : 'now'}
    </time>
  );
}
