// Numbers, as people read them.

const whole = new Intl.NumberFormat('en');
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const shares = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/** As in 4,988. */
export function number(value: number): string {
  return whole.format(value);
}

/** As in 12.5 below a hundred, else whole. */
export function rough(value: number): string {
  return value < 100 ? tenths.format(value) : whole.format(Math.round(value));
}

/** As in 12.5%. A share that is not all is never shown as all. */
export function percent(part: number, of: number): string {
  if (of === 0) return '–';
  const share = part / of;
  return share < 1 && share > 0.999 ? '99.9%' : shares.format(share);
}

/** As in "1 agent" and "4,988 agents". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}
