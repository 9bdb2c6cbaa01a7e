// How long, as people say it.

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

/** As in "45 s", "12 min", "3 h 20 min", "2 d 4 h". */
export function duration(ms: number): string {
  const positive = Math.max(0, ms);
  if (positive < M) return `${Math.floor(positive / S)} s`;
  if (positive < H) {
    const seconds = Math.floor((positive % M) / S);
    const minutes = Math.floor(positive / M);
    return minutes < 5 && seconds > 0 ? `${minutes} min ${seconds} s` : `${minutes} min`;
  }
  const [big, bigName, small, smallName] =
    positive < D
      ? [Math.floor(positive / H), 'h', Math.floor((positive % H) / M), 'min']
      : [Math.floor(positive / D), 'd', Math.floor((positive % D) / H), 'h'];
  return small === 0 ? `${big} ${bigName}` : `${big} ${bigName} ${small} ${smallName}`;
}

/** As {@link duration}, of what is only estimated: no seconds past the first minute. */
export function about(ms: number): string {
  return ms < M ? 'less than a minute' : duration(ms >= 5 * M ? ms : Math.ceil(ms / M) * M);
}
